#include "metrics_page.hpp"

#include <charconv>
#include <utility>
#include <vector>

#include "metrics_text.hpp"

namespace muster::agent {
namespace {

Result<http::ServerOptions> parse_where(const std::string& where) {
  const auto colon = where.rfind(':');
  http::ServerOptions options;
  options.max_connections = 16;
  options.max_body_bytes = 1024;
  if (colon != std::string::npos) {
    options.address = where.substr(0, colon);
    const char* end = where.data() + where.size();
    const auto parsed = std::from_chars(where.data() + colon + 1, end, options.port);
    const bool loopback = options.address.starts_with("127.") || options.address == "::1";
    if (parsed.ec == std::errc() && parsed.ptr == end && loopback) return options;
  }
  return fail(ErrorCode::InvalidArgument,
              "--metrics wants an address of this machine's loopback and "
              "a port, for example 127.0.0.1:9420, not '" +
                  where + "'");
}

void count_failure(metrics::Registry& registry, const std::string& plugin) {
  registry
      .counter("muster_agent_plugin_collect_failures_total",
               "Times that a plugin's metrics were left out", {{"plugin", plugin}})
      .add();
}

/// The agent's own text comes first, so that a plugin cannot change what its families are. What is
/// counted here is on the next page.
std::string page_of(metrics::Registry& registry, const std::vector<PluginText>& texts) {
  MetricsText page;
  (void)page.add(registry.exposition(), {});
  for (const auto& [plugin, text] : texts) {
    if (!text || !page.add(*text, plugin)) count_failure(registry, plugin);
  }
  return page.page();
}

using Waiting = std::shared_ptr<http::Responder>;

void answer(const MetricsSources& sources, std::vector<PluginText> texts, const Waiting& waiting) {
  auto& registry = sources.registry;
  const auto submitted = sources.workers.submit([&registry, texts = std::move(texts), waiting] {
    waiting->respond(200, {{"Content-Type", "text/plain; version=0.0.4"}},
                     page_of(registry, texts));
  });
  if (!submitted) waiting->respond(503, {}, "the agent is busy, try again\n");
}

}  // namespace

Result<std::unique_ptr<MetricsPage>> MetricsPage::serve(const std::string& where,
                                                        MetricsSources sources) {
  const auto options = parse_where(where);
  if (!options) return tl::unexpected(options.error());
  auto take = [sources = std::move(sources)](const http::Request& request, Waiting waiting) {
    if (request.path != "/metrics" || request.method != "GET") {
      waiting->respond(404, {}, "there is only GET /metrics\n");
      return;
    }
    sources.loop.post([sources, waiting = std::move(waiting)] {
      sources.refresh();
      sources.collect(kPluginsWithin, [sources, waiting](std::vector<PluginText> texts) {
        answer(sources, std::move(texts), waiting);
      });
    });
  };
  auto server = http::Server::start(*options, std::move(take));
  if (!server) return tl::unexpected(server.error());
  return std::unique_ptr<MetricsPage>(new MetricsPage(std::move(*server)));
}

}  // namespace muster::agent
