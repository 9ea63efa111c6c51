#include "executor/endings.hpp"

namespace muster::agent {

using wire::TaskState;

namespace {

std::string because(const std::string& why) { return why.empty() ? "" : ": " + why; }

}  // namespace

std::optional<TaskState> settled_state(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::Ok:
      return TaskState::Ok;
    case Outcome::Kind::Changed:
      return TaskState::Changed;
    case Outcome::Kind::Refused:
      return TaskState::Refused;
    case Outcome::Kind::Indeterminate:
      return TaskState::Indeterminate;
    case Outcome::Kind::Failed:
    case Outcome::Kind::Lost:
      break;
  }
  return std::nullopt;
}

TaskState ended_by(wire::CancelReason reason) {
  return reason == wire::CancelReason::Deadline ? TaskState::TimedOut : TaskState::Cancelled;
}

bool plugin_saw_deadline(const TaskEntry& task, const Outcome& outcome, std::int64_t now_ms) {
  constexpr std::int64_t kAheadMs = 100;
  return task.timeout.count() > 0 && outcome.error && outcome.error->code == ErrorCode::Timeout &&
         now_ms - task.started_ms >= task.timeout.count() - kAheadMs;
}

Error late(const std::string& why) {
  return {ErrorCode::Timeout,
          "it was not started before its latest start" + because(why),
          {},
          false,
          {}};
}

Error lost_and_late(const std::string& why) {
  return {ErrorCode::Timeout,
          "it was lost while it ran, and its latest start passed before it could run again" +
              because(why),
          {},
          false,
          {}};
}

Error lost_and_asked_to_end(wire::CancelReason reason) {
  if (reason == wire::CancelReason::Deadline) {
    return {ErrorCode::Timeout,
            "it was lost while it ran, and its time was up before it could run again",
            {},
            false,
            {}};
  }
  return {ErrorCode::Cancelled,
          "it was lost while it ran, and cancelled before it could run again",
          {},
          false,
          {}};
}

Error asked_to_end(wire::CancelReason reason) {
  if (reason == wire::CancelReason::Deadline) {
    return {ErrorCode::Timeout, "it was not over in time", {}, false, {}};
  }
  return {ErrorCode::Cancelled, "it was cancelled", {}, false, {}};
}

}  // namespace muster::agent
