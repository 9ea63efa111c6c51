/// The controller, put together from its parts in the order in which they need each other. [loop]
#pragma once

#include <cstdint>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/log/logger.hpp>
#include <muster/core/run/event_loop.hpp>

#include "options.hpp"

namespace muster::controller {

class App {
 public:
  /// Opens the state, listens for gateways and for the API. Nothing is answered until the loop
  /// runs; a stop() meanwhile lets that end at once. Errors, each with a sentence that says what to
  /// do: Conflict (the state or a port is in use), Unsupported (a later version's state),
  /// ResourceExhausted (disk full), PermissionDenied, Corrupt. `loop` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<App>> start(run::EventLoop& loop,
                                                          const Options& options,
                                                          const log::Logger& log);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  [[nodiscard]] std::uint16_t api_port() const;

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace muster::controller
