/// From a request to a job that can be stored: selector, operation, arguments and limits checked,
/// targets frozen.
///
/// What nodes declare of an operation counts for themselves: each target's arguments are checked by
/// its own manifest, and defaults are the node's to fill in.
/// Reads the fleet and changes nothing. [loop]
#pragma once

#include <muster/core/base/clock.hpp>
#include <muster/core/crypto/secret.hpp>
#include <string>
#include <vector>

#include "fleet/fleet.hpp"
#include "jobs/job_request.hpp"
#include "jobs/job_service.hpp"
#include "store/records.hpp"

namespace muster::controller {

struct JobPlan {
  JobRecord job;                  ///< without its request's digest
  std::vector<TaskRecord> tasks;  ///< by node name; those that cannot run are final already
  Bytes arguments;                ///< as msgpack, secrets with their values
  bool read_only = false;         ///< the operation's risk is read on every target
  std::vector<bool> noted;        ///< by task: it is stored as sent already
};

/// Of all that a repeat of the request must have in common with it. Keyed, so that nobody who has
/// the digest finds out by trying what secret arguments it was made of.
[[nodiscard]] Digest digest_of(const JobRequest& request, const crypto::Secret& key);

/// At most `room` targets: more are refused as busy.
[[nodiscard]] tl::expected<JobPlan, JobRefusal> plan_job(const Fleet& fleet,
                                                         const JobRequest& request, UnixMs now,
                                                         std::size_t room);

/// As plan_job(), but for the arguments, which are not looked at.
[[nodiscard]] JobForecast forecast_job(const Fleet& fleet, const JobRequest& request,
                                       std::size_t room);

/// Whether the operation has the risk read on every node whose task is open; false when one of them
/// does not know it.
[[nodiscard]] bool is_read_only(const Fleet& fleet, const JobRecord& job,
                                const std::vector<TaskRecord>& tasks);

}  // namespace muster::controller
