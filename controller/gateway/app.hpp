/// The gateway, put together: a port for agents, a link to the controller, and the rules between
/// them.
///
/// Crash-only: it keeps a key file and nothing else. [loop]
#pragma once

#include <filesystem>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/log/logger.hpp>
#include <muster/core/net/endpoint.hpp>
#include <muster/core/run/event_loop.hpp>

namespace muster::gateway {

struct Options {
  std::filesystem::path state;       ///< where the key lives
  net::Endpoint listen;              ///< port 0 takes a free one
  std::filesystem::path controller;  ///< the controller's socket
  std::filesystem::path port_file;   ///< empty: none is written
};

class App {
 public:
  /// Listens; the link to the controller is tried once the loop runs. `loop` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<App>> start(run::EventLoop& loop,
                                                          const Options& options,
                                                          log::Logger logger);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace muster::gateway
