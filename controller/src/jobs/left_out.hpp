/// Which of a job's nodes get nothing to run, and why: their tasks have ended when the job is made.
///
/// The plan of a job and what `muster selector explain` foretells of one ask here, so that they
/// cannot differ. Reads the fleet; [loop].
#pragma once

#include <optional>
#include <string>

#include "fleet/fleet.hpp"
#include "jobs/job_request.hpp"

namespace muster::controller {

/// How the task of such a node ends.
struct LeftOut {
  TaskState state = TaskState::Skipped;
  ErrorCode code = ErrorCode::FailedPrecondition;
  std::string why;    ///< without its name, as other nodes may say the same
  std::string field;  ///< of the arguments
};

/// It has never had a session.
[[nodiscard]] bool never_connected(const Node& node);
/// Nothing can be sent to it now.
[[nodiscard]] bool is_away(const Node& node);

/// `operation` as the node declares it, null for none; `wrong` is why its version does not take the
/// request's arguments. Nothing where the node runs it.
[[nodiscard]] std::optional<LeftOut> left_out(const Fleet& fleet, const Node& node,
                                              const JobRequest& request,
                                              const config::Operation* operation,
                                              const std::optional<Error>& wrong);

/// Of a node that is out of service.
[[nodiscard]] std::string why_drained(const Drain& drain);

}  // namespace muster::controller
