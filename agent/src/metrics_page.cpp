#include "metrics_page.hpp"

#include <charconv>
#include <utility>

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

}  // namespace

Result<std::unique_ptr<MetricsPage>> MetricsPage::serve(const std::string& where,
                                                        run::EventLoop& loop,
                                                        metrics::Registry& registry,
                                                        std::function<void()> refresh) {
  const auto options = parse_where(where);
  if (!options) return tl::unexpected(options.error());
  auto answer = [&loop, &registry, refresh = std::move(refresh)](
                    const http::Request& request, std::shared_ptr<http::Responder> responder) {
    if (request.path != "/metrics" || request.method != "GET") {
      responder->respond(404, {}, "there is only GET /metrics\n");
      return;
    }
    loop.post([&registry, refresh, responder = std::move(responder)] {
      refresh();
      responder->respond(200, {{"Content-Type", "text/plain; version=0.0.4"}},
                         registry.exposition());
    });
  };
  auto server = http::Server::start(*options, std::move(answer));
  if (!server) return tl::unexpected(server.error());
  return std::unique_ptr<MetricsPage>(new MetricsPage(std::move(*server)));
}

}  // namespace muster::agent
