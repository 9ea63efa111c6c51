/// What the log of events tells of a job. The store writes each with the change that it tells of,
/// so that a crash neither loses nor doubles one.
///
/// There is none for a task: a job may have ten thousand. `operator` is who asked for the job. The
/// arguments are left out, because they may be secret. [any]
#pragma once

#include <string>

#include "store/records.hpp"
#include "store/retention_records.hpp"

namespace muster::controller {

/// "job.created"
[[nodiscard]] EventRecord job_created(const JobRecord& job, UnixMs when);
/// "job.cancelled": `by` asked for its end. What runs may go on for a while; job.ended tells of the
/// rest.
[[nodiscard]] EventRecord job_cancelled(const JobRecord& job, const std::string& by, UnixMs when);
/// "job.stopped": it failed on as many nodes as it may, and those that are left do not get it.
[[nodiscard]] EventRecord job_stopped(const JobRecord& job, UnixMs when);
/// "job.removed": so many old ones were; of "controller".
[[nodiscard]] EventRecord jobs_removed(const RemovedJobs& removed, const KeptJobs& kept,
                                       UnixMs when);
/// "job.ended", with the counts of that moment. Its `outcome` is "ok", "failed" (a task failed, was
/// refused or cancelled) or "incomplete" (there is a node of which it is not known, or that did not
/// get it), as the exits of the command line.
[[nodiscard]] EventRecord job_ended(const JobRecord& job, const TaskCounts& counts, UnixMs when);

}  // namespace muster::controller
