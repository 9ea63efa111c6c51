/// Ends of tasks on their way to the store: one commit at a time, each taking what came during the
/// last.
///
/// Strictly in order, because the end of a job travels with its last task. A commit that fails is
/// tried again until it succeeds: nothing else can be promised to the node meanwhile. When too much
/// waits it is full(), and nodes keep their results for later. Owned by JobService; [loop].
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

  run::EventLoop& loop_;
  Store& store_;
  log::Logger& log_;
  Stored stored_;
  std::vector<TaskOutcome> waiting_;
  std::vector<TaskOutcome> batch_;
  std::size_t bytes_ = 0;  // of both
  bool writing_ = false;
  bool failing_ = false;
  run::Timer again_;
};

}  // namespace muster::controller
