/// What a watcher of a job is told. Views and references live until the callback returns.
#pragma once

#include <cstdint>
#include <functional>
#include <muster/core/base/bytes.hpp>
#include <string_view>
#include <variant>

#include "store/records.hpp"

namespace muster::controller {

/// A task has another state.
struct TaskChanged {
  const TaskRecord& task;
  const TaskCounts& counts;  ///< of its job
  std::size_t targets;
};
struct OutputChunk {
  const TaskRecord& task;
  wire::Stream stream;
  std::uint64_t offset;
  BytesView bytes;
};
struct TaskProgress {
  const TaskRecord& task;
  double done;  ///< 0 to 1
  std::string_view note;
};
/// Events were dropped, because the watcher did not take them.
struct WatchGap {};
/// The last event: the job is finished and stored.
struct JobDone {
  const JobWithTasks& job;
};

using JobEvent = std::variant<TaskChanged, OutputChunk, TaskProgress, WatchGap, JobDone>;

/// Returns false when it cannot take the event now. It is then dropped (nothing is kept for a slow
/// watcher), and the next one is preceded by a WatchGap. JobDone is offered again until it is
/// taken. Must not block.
using JobWatcher = std::function<bool(const JobEvent&)>;

}  // namespace muster::controller
