/// What a task is when it is over, and the sentence for it. Pure functions. [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "executor/task_entry.hpp"

namespace muster::agent {

/// The state that this outcome decides, whatever else happened to the task; none for the others.
[[nodiscard]] std::optional<wire::TaskState> settled_state(Outcome::Kind kind);

/// What a task is that did not end well after it was asked to end: it obeyed, or was killed at its
/// deadline for not obeying.
[[nodiscard]] wire::TaskState ended_by(wire::CancelReason reason);

/// The plugin watches the deadline as well and may be a moment ahead of us: it then ends the call
/// as failed with this code. A TIMEOUT before the task's own time is up is a failure like any
/// other.
[[nodiscard]] bool plugin_saw_deadline(const TaskEntry& task, const Outcome& outcome,
                                       std::int64_t now_ms);

/// `why` is what it waited for, or "".
[[nodiscard]] Error late(const std::string& why);
[[nodiscard]] Error asked_to_end(wire::CancelReason reason);
// The same when an attempt before was lost, so that nobody knows what it did.
[[nodiscard]] Error lost_and_late(const std::string& why);
[[nodiscard]] Error lost_and_asked_to_end(wire::CancelReason reason);

}  // namespace muster::agent
