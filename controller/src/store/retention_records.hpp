/// What is kept of jobs and of what happened, and what of it goes. Plain values; sizes are what the
/// records and the output hold, about, and not what the files on the disk take.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/records.hpp"

namespace muster::controller {

/// Removed in one commit, so that other writes wait no longer for it than for a job's creation: the
/// first job counts whatever its tasks are.
inline constexpr std::size_t kMaxRemovedJobs = 100;
inline constexpr std::size_t kMaxRemovedTasks = 10'000;
inline constexpr std::size_t kMaxRemovedEvents = 1'000;

/// What a record takes beside its texts, about, with its places in indexes.
inline constexpr std::size_t kJobBytes = 600;
inline constexpr std::size_t kTaskBytes = 300;

struct KeptJobs {
  std::uint64_t jobs = 0;   ///< open ones too
  std::uint64_t bytes = 0;  ///< with their tasks and output; what several printed alike counts once
  UnixMs oldest = 0;        ///< when the first of those that ended did; 0: none has
  UnixMs first_created = 0;  ///< 0: there is none
};

/// Which jobs go. Only those that ended do, in the order of their ends. Events go with them, in
/// the order of the log: those of before `ended_before` and of before the jobs that are kept.
struct RemovalRule {
  UnixMs ended_before = 0;
  std::uint64_t max_bytes = 0;  ///< while more is kept, others go too
  std::vector<JobId> except;    ///< that stay, whatever they are
  UnixMs now = 0;               ///< for the event that tells of it
};

/// Events from before it go.
[[nodiscard]] inline UnixMs events_kept_from(const RemovalRule& rule, const KeptJobs& kept) {
  return kept.jobs == 0 ? rule.ended_before : std::min(rule.ended_before, kept.first_created);
}

struct RemovedJobs {
  std::uint64_t jobs = 0;
  std::uint64_t bytes = 0;
  std::uint64_t events = 0;
  bool more = false;  ///< there may be others that the rule means
};

}  // namespace muster::controller
