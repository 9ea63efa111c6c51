/// `/metrics` of the agent, in the Prometheus text format, on an address of the loopback.
///
/// One per agent, built in app.cpp. The page is the agent's own figures, then those of its plugins,
/// each series of these with the label `plugin`. It is put together when somebody asks: plugins
/// answer within 2 s or are left out, and so is one whose answer is no metrics;
/// muster_agent_plugin_collect_failures_total counts these. The loop waits for nothing of it, and
/// texts are read by the workers. The agent's figures that are not counted where they happen are
/// read from the agent's parts when somebody asks, on the loop.
#pragma once

#include <functional>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/metrics/registry.hpp>
#include <muster/core/net/http_server.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/run/worker_pool.hpp>
#include <string>

#include "plugin_text.hpp"

namespace muster::agent {

/// Where the page gets what it serves. All that is named must outlive it, and the loop's posted
/// work and the workers must not run once it is gone.
struct MetricsSources {
  run::EventLoop& loop;
  run::WorkerPool& workers;
  metrics::Registry& registry;
  std::function<void()> refresh;  ///< runs on the loop before each answer
  std::function<void(std::chrono::milliseconds within, PluginTexts done)> collect;  ///< likewise
};

class MetricsPage {
 public:
  static constexpr std::chrono::seconds kPluginsWithin{2};

  /// Serves at "ADDRESS:PORT". Errors: InvalidArgument for an address that is none or is not the
  /// loopback's, Conflict when the port is taken.
  [[nodiscard]] static Result<std::unique_ptr<MetricsPage>> serve(const std::string& where,
                                                                  MetricsSources sources);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  explicit MetricsPage(std::unique_ptr<http::Server> server) : server_(std::move(server)) {}
  std::unique_ptr<http::Server> server_;
};

}  // namespace muster::agent
