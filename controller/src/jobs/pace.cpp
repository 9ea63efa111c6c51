#include "jobs/pace.hpp"

#include <algorithm>
#include <array>

namespace muster::controller {

Pace pace_for(std::optional<SampleSize> at_once, std::optional<SampleSize> max_failed,
              bool dangerous, std::size_t targets) {
  const bool careful = dangerous && targets > kFewNodes;
  Pace pace;
  if (at_once) {
    pace.at_once = at_once->of(targets);
  } else if (careful) {
    pace.at_once = std::max<std::size_t>(targets / 10, 1);
  }
  if (max_failed) {
    pace.max_failed = max_failed->of(targets);
  } else if (careful) {
    pace.max_failed = SampleSize{5, true}.of(targets);
  }
  return pace;
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
