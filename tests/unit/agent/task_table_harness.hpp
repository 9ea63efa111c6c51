/// A task table whose plugin is ready, and short words for what it does.
#pragma once

#include "catch.hpp"
#include "executor/task_table.hpp"

namespace muster::test {

using namespace muster::agent;
using wire::CancelReason;
using wire::TaskState;

inline constexpr std::int64_t kNow = 1'000'000;

inline TaskEntry task(std::uint8_t number, bool journaled = true) {
  TaskEntry entry;
  entry.id.bytes.fill(number);
  entry.plugin = "mock";
  entry.journaled = journaled;
  entry.idempotent = !journaled;
  entry.cancellable = true;
  entry.not_after_ms = kNow + 1000;
  entry.timeout = std::chrono::milliseconds(500);
  return entry;
}

inline Actions doing(const TaskId& id, std::initializer_list<Do> all) {
  Actions actions;
  for (const Do one : all) actions.push_back({one, id});
  return actions;
}

/// A table whose plugin is ready.
struct Ready : TaskTable {
  explicit Ready(TableLimits limits = {}) : TaskTable(limits) {
    REQUIRE(plugin_ready("mock", {true, ""}, kNow).empty());
  }
  /// A task that runs.
  TaskId run(TaskEntry entry) {
    const TaskId id = entry.id;
    REQUIRE(accept(std::move(entry), kNow));
    if (find(id)->phase == Phase::Starting) (void)wrote(id, kNow);
    REQUIRE(find(id)->phase == Phase::Running);
    return id;
  }
};

}  // namespace muster::test

CATCH_REGISTER_ENUM(muster::agent::Do, muster::agent::Do::WriteAccept,
                    muster::agent::Do::WriteAcceptAndStart, muster::agent::Do::WriteStart,
                    muster::agent::Do::WriteNotStarted, muster::agent::Do::WriteEnd,
                    muster::agent::Do::SayAccept, muster::agent::Do::SayStart,
                    muster::agent::Do::Call, muster::agent::Do::CancelCall,
                    muster::agent::Do::BeginAgain, muster::agent::Do::Deliver)
CATCH_REGISTER_ENUM(muster::wire::TaskState, muster::wire::TaskState::Unknown,
                    muster::wire::TaskState::Delivered, muster::wire::TaskState::Accepted,
                    muster::wire::TaskState::Running, muster::wire::TaskState::Ok,
                    muster::wire::TaskState::Changed, muster::wire::TaskState::Failed,
                    muster::wire::TaskState::TimedOut, muster::wire::TaskState::Cancelled,
                    muster::wire::TaskState::Refused, muster::wire::TaskState::Indeterminate,
                    muster::wire::TaskState::Expired)
