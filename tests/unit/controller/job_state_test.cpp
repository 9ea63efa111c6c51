#include "store/job_state.hpp"

#include <initializer_list>

#include "catch.hpp"

namespace muster::controller {
namespace {

TaskCounts counts_of(std::initializer_list<TaskState> states) {
  TaskCounts counts;
  for (const auto state : states) counts.add(state);
  return counts;
}

TEST_CASE("what failed or may have counts, what was skipped or cancelled does not",
          "[unit][controller]") {
  TaskCounts counts;
  for (const auto state : {TaskState::Ok, TaskState::Changed, TaskState::Skipped,
                           TaskState::Cancelled, TaskState::Running}) {
    counts.add(state);
  }
  CHECK(failures_in(counts) == 0);
  for (const auto state : {TaskState::Failed, TaskState::TimedOut, TaskState::Indeterminate,
                           TaskState::Refused, TaskState::Expired, TaskState::Unreachable}) {
    counts.add(state);
  }
  CHECK(failures_in(counts) == 6);
  JobRecord job;
  CHECK_FALSE(must_stop(job, counts));
  job.max_failed = 7;
  CHECK_FALSE(must_stop(job, counts));
  job.max_failed = 6;
  CHECK(must_stop(job, counts));
}

TEST_CASE("the worst end of its tasks is the outcome of a job", "[unit][controller]") {
  CHECK(outcome_of(counts_of({TaskState::Failed, TaskState::Queued})) == JobOutcome::Open);
  CHECK(outcome_of(counts_of({TaskState::Ok, TaskState::Changed})) == JobOutcome::Ok);
  for (const auto state : {TaskState::TimedOut, TaskState::Indeterminate, TaskState::Expired,
                           TaskState::Skipped, TaskState::Unreachable}) {
    CHECK(outcome_of(counts_of({TaskState::Ok, state})) == JobOutcome::Incomplete);
    for (const auto worse : {TaskState::Failed, TaskState::Cancelled, TaskState::Refused}) {
      CHECK(outcome_of(counts_of({TaskState::Ok, state, worse})) == JobOutcome::Failed);
    }
  }
}

TEST_CASE("a job runs while a task is open, and then was cancelled, stopped or done",
          "[unit][controller]") {
  JobRecord job;
  const auto failed = counts_of({TaskState::Failed, TaskState::Cancelled});
  CHECK(state_of(job, counts_of({TaskState::Failed, TaskState::Queued})) == JobState::Running);
  CHECK(state_of(job, failed) == JobState::Done);
  job.cancel_requested = true;
  CHECK(state_of(job, failed) == JobState::Cancelled);
  job.stopped = true;
  CHECK(state_of(job, failed) == JobState::Stopped);
  CHECK(state_of(job, counts_of({TaskState::Ok})) == JobState::Stopped);  // as was learned later
  CHECK(state_of(job, counts_of({TaskState::Queued})) == JobState::Running);
}

}  // namespace
}  // namespace muster::controller
