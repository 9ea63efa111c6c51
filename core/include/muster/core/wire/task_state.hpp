/// Where a task stands. Numbers are the wire's and the store's, names are those of JSON and the
/// CLI.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::wire {

enum class TaskState : std::uint8_t {
  Unknown = 0,  ///< only in STATUS: the node never heard of it
  AwaitingMandate = 1,
  Queued = 2,
  Delivered = 3,
  Accepted = 4,
  Running = 5,
  Ok = 10,
  Changed = 11,
  Failed = 12,
  TimedOut = 13,
  Cancelled = 14,
  Refused = 15,
  Indeterminate = 16,  ///< may or may not have run
  Expired = 17,
  Skipped = 18,
  Unreachable = 19,
};

/// "awaiting_mandate", "timed_out" and so on; "unknown" for Unknown.
[[nodiscard]] std::string_view to_string(TaskState state);
/// Nothing for a name that is no state of a task ("unknown" is none).
[[nodiscard]] std::optional<TaskState> task_state_from(std::string_view name);
/// Nothing for a number outside the set.
[[nodiscard]] std::optional<TaskState> task_state_from(std::uint64_t number);

/// Nothing changes a final state, except that a late RESULT replaces Indeterminate.
[[nodiscard]] constexpr bool is_final(TaskState state) {
  return static_cast<std::uint8_t>(state) >= 10;
}

}  // namespace muster::wire
