/// What a watcher of a job is told. Views and references live until the callback returns.
#pragma once

#include <cstdint>
#include <functional>
#include <muster/core/base/bytes.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "store/records.hpp"

namespace muster::controller {

/// A task has another state.
struct TaskChanged {
  const TaskRecord& task;
  const TaskCounts& counts;  ///< of its job
  const JobRecord& job;
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

/// The node of a task that was sent is offline. What became of the task is known when the node is
/// back; until then nobody knows, and at `until` it ends as indeterminate.
struct TaskAway {
  std::string node;  ///< its name
  UnixMs since = 0;  ///< when it was heard last
  UnixMs until = 0;
};

using JobEvent = std::variant<TaskChanged, OutputChunk, TaskProgress, WatchGap, JobDone, TaskAway>;

/// Returns false when it cannot take the event now. It is then dropped (nothing is kept for a slow
/// watcher), and the next one is preceded by a WatchGap. JobDone is offered again until it is
/// taken. Must not block.
using JobWatcher = std::function<bool(const JobEvent&)>;

}  // namespace muster::controller
