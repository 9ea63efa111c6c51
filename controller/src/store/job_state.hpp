/// How a job stands, from its record and the counts of its tasks: the one rule for what is stored,
/// looked for and shown. Numbers are the store's, names those of JSON and the CLI. [any]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "store/records.hpp"

namespace muster::controller {

enum class JobState : std::uint8_t {
  Running = 0,    ///< a task is open
  Done = 1,       ///< all have ended by themselves
  Cancelled = 2,  ///< somebody asked for its end
  Stopped = 3,    ///< it failed on as many nodes as it may, and those that were left did not get it
};

/// As the exits of the command line, of which a failure is the worse one.
enum class JobOutcome : std::uint8_t {
  Open = 0,        ///< it runs
  Ok = 1,          ///< every task ended well
  Failed = 2,      ///< a task failed, was refused or cancelled
  Incomplete = 3,  ///< there is a node of which it is not known, or that did not get it
};

/// "running", "done", "cancelled", "stopped"
[[nodiscard]] std::string_view to_string(JobState state);
/// "open", "ok", "failed", "incomplete"
[[nodiscard]] std::string_view to_string(JobOutcome outcome);

/// One that was stopped stays so, whatever is learned later, and also when somebody asked for its
/// end after that.
[[nodiscard]] JobState state_of(const JobRecord& job, const TaskCounts& counts);
[[nodiscard]] JobOutcome outcome_of(const TaskCounts& counts);

/// Ends that count against the limit: what failed or may have, and what could not be done.
[[nodiscard]] std::size_t failures_in(const TaskCounts& counts);

/// It has failed on as many nodes as it may: no further node gets it.
[[nodiscard]] bool must_stop(const JobRecord& job, const TaskCounts& counts);

}  // namespace muster::controller
