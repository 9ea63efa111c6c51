/// Which jobs somebody looks for, and how far a look goes: a store with ten thousands of jobs
/// answers in parts, so that nobody else waits for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <muster/core/selector/pattern.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/job_state.hpp"
#include "store/records.hpp"

namespace muster::controller {

/// How many jobs one question looks at, at most: about 10 ms' worth.
inline constexpr std::size_t kMostLooked = 10'000;

/// What is empty or not said leaves all.
struct JobFilter {
  std::optional<JobId> job;
  std::string operation;                        ///< just this one
  std::optional<selector::Pattern> operations;  ///< those whose name matches
  std::string requested_by;
  std::string node;  ///< those with a task on a node that had this name then
  std::optional<JobState> state;
  std::optional<JobOutcome> outcome;
  bool ended = false;                                 ///< those that are over
  UnixMs since = 0;                                   ///< created then or later
  UnixMs until = std::numeric_limits<UnixMs>::max();  ///< created then or earlier
};

/// All of a job that a filter asks for, but for its nodes.
struct JobFacts {
  std::string_view operation;
  std::string_view requested_by;
  UnixMs created = 0;
  JobState state = JobState::Running;
  JobOutcome outcome = JobOutcome::Open;
};

/// But for the node.
[[nodiscard]] bool wanted(const JobFilter& filter, const JobFacts& job);

/// A page of the job list.
struct JobQuery {
  std::size_t limit = 50;
  std::optional<std::uint64_t> before;  ///< a job's place: those that were made before it
  /// Jobs whose counts the caller has: those of open ones are not counted for it. Empty: none.
  std::function<bool(JobId)> counted = {};
  JobFilter filter = {};
  std::size_t most_looked = kMostLooked;
};

struct JobPage {
  std::vector<JobSummary> jobs;  ///< the latest made first
  /// Give it as `before` for the page after this one. Also after a page that is not full, when as
  /// many were looked at as may be.
  std::optional<std::uint64_t> next;
  std::size_t looked = 0;  ///< how many jobs were looked at for it
};

}  // namespace muster::controller
