/// Ends of tasks on their way to the store: one commit at a time, each taking what came during the
/// last.
///
/// Strictly in order, because the end of a job travels with its last task. A commit that fails is
/// tried again once a second until it succeeds, whatever failed: nothing else can be promised to
/// the node meanwhile. One that can never succeed, because an output is lost, holds up no others:
/// the batch is halved until the result at fault is found, which is stored without its output. When
/// too much waits it is full(), and nodes keep their results for later. Owned by JobService;
/// [loop].
#pragma once

#include <functional>
#include <muster/core/run/event_loop.hpp>
#include <vector>

#include "store/store.hpp"

namespace muster::log {
class Logger;
}

namespace muster::controller {

/// Results in memory that are not stored; our own verdicts are small, and limited by the open
/// tasks.
inline constexpr std::size_t kMaxUnstoredBytes = std::size_t{64} << 20U;

class ResultWriter {
 public:
  using Stored = std::function<void(const std::vector<TaskOutcome>&)>;
  ResultWriter(run::EventLoop& loop, Store& store, log::Logger& log, Stored stored);

  void add(TaskOutcome outcome);
  [[nodiscard]] bool full() const { return bytes_ >= kMaxUnstoredBytes; }

 private:
  void write();
  void on_written(const Status& written);
  /// Takes away what may be at fault; false when nothing is left to take.
  [[nodiscard]] bool lessen(const Error& why);

  run::EventLoop& loop_;
  Store& store_;
  log::Logger& log_;
  Stored stored_;
  std::vector<TaskOutcome> waiting_;
  std::vector<TaskOutcome> batch_;
  static constexpr std::size_t kMostAtOnce = 1'000'000;
  std::size_t most_ = kMostAtOnce;  // in one batch; fewer while one at fault is looked for
  std::size_t bytes_ = 0;           // of both
  bool writing_ = false;
  bool failing_ = false;
  run::Timer again_;
};

}  // namespace muster::controller
