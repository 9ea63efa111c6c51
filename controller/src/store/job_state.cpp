#include "store/job_state.hpp"

#include <algorithm>
#include <array>

namespace muster::controller {
namespace {

template <std::size_t N>
bool any_of(const TaskCounts& counts, const std::array<TaskState, N>& states) {
  return std::any_of(states.begin(), states.end(),
                     [&](TaskState state) { return counts.of(state) > 0; });
}

}  // namespace

std::string_view to_string(JobState state) {
  constexpr std::array<std::string_view, 4> kNames{"running", "done", "cancelled", "stopped"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view to_string(JobOutcome outcome) {
  constexpr std::array<std::string_view, 4> kNames{"open", "ok", "failed", "incomplete"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

JobState state_of(const JobRecord& job, const TaskCounts& counts) {
  if (counts.open() > 0) return JobState::Running;
  if (job.stopped) return JobState::Stopped;
  return job.cancel_requested ? JobState::Cancelled : JobState::Done;
}

JobOutcome outcome_of(const TaskCounts& counts) {
  constexpr std::array kFailed{TaskState::Failed, TaskState::Cancelled, TaskState::Refused};
  constexpr std::array kUnreached{TaskState::TimedOut, TaskState::Indeterminate, TaskState::Expired,
                                  TaskState::Skipped, TaskState::Unreachable};
  if (counts.open() > 0) return JobOutcome::Open;
  if (any_of(counts, kFailed)) return JobOutcome::Failed;
  return any_of(counts, kUnreached) ? JobOutcome::Incomplete : JobOutcome::Ok;
}

std::size_t failures_in(const TaskCounts& counts) {
  constexpr std::array<TaskState, 6> kFailures{TaskState::Failed,        TaskState::TimedOut,
                                               TaskState::Refused,       TaskState::Expired,
                                               TaskState::Indeterminate, TaskState::Unreachable};
  std::int64_t count = 0;
  for (const auto state : kFailures) count += counts.of(state);
  return static_cast<std::size_t>(count);
}

bool must_stop(const JobRecord& job, const TaskCounts& counts) {
  return job.max_failed > 0 && failures_in(counts) >= job.max_failed;
}

}  // namespace muster::controller
