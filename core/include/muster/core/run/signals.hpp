/// How a program is asked to end: SIGTERM and SIGINT stop its loop.
///
/// Called once in main(), before any thread is started: it blocks the two signals for this thread
/// and all that come from it, so a child that is started must unblock them. SIGPIPE is ignored,
/// because a peer that went away is an error of write().
#pragma once

#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/run/event_loop.hpp>

namespace muster::run {

/// Lets signals stop the loop until it is destroyed. [loop]
class StopOnSignals {
 public:
  /// Errors: ResourceExhausted without a descriptor. `loop` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<StopOnSignals>> install(EventLoop& loop);
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;

 private:
  struct State;
  explicit StopOnSignals(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster::run
