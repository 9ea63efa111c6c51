/// `/metrics` of the agent, in the Prometheus text format, on an address of the loopback.
///
/// One per agent, built in app.cpp. The figures that are not counted where they happen are read
/// from the agent's parts when somebody asks, on the loop.
#pragma once

#include <functional>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/metrics/registry.hpp>
#include <muster/core/net/http_server.hpp>
#include <muster/core/run/event_loop.hpp>
#include <string>

namespace muster::agent {

class MetricsPage {
 public:
  /// Serves at "ADDRESS:PORT". `refresh` runs on the loop before each answer. Errors:
  /// InvalidArgument for an address that is none or is not the loopback's, Conflict when the port
  /// is taken.
  [[nodiscard]] static Result<std::unique_ptr<MetricsPage>> serve(const std::string& where,
                                                                  run::EventLoop& loop,
                                                                  metrics::Registry& registry,
                                                                  std::function<void()> refresh);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  explicit MetricsPage(std::unique_ptr<http::Server> server) : server_(std::move(server)) {}
  std::unique_ptr<http::Server> server_;
};

}  // namespace muster::agent
