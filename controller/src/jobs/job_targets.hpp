/// The nodes that a job is for, and what each of them would run. Reads the fleet; [loop].
#pragma once

#include <string>
#include <vector>

#include "fleet/fleet.hpp"
#include "jobs/job_request.hpp"
#include "jobs/job_service.hpp"

namespace muster::controller {

template <class T>
using Planned = tl::expected<T, JobRefusal>;

[[nodiscard]] tl::unexpected<JobRefusal> refuse(std::string reason, ErrorCode code,
                                                std::string sentence, std::string field = {});

/// By name, with those that are unknown or a sample of all where the request wants so; `canonical`
/// is set to the selector's one spelling. Errors: `selector_syntax`, `matched_nothing`.
[[nodiscard]] Planned<std::vector<const Node*>> choose_targets(const Fleet& fleet,
                                                               const JobRequest& request,
                                                               std::string& canonical);

/// What one node would run: the operation as its version of the plugin declares it; null for none.
[[nodiscard]] const config::Operation* operation_on(const Fleet& fleet, const Node& node,
                                                    const std::string& name);

/// For an operation that none of the targets has, with what there is.
[[nodiscard]] JobRefusal unknown_operation(const Fleet& fleet, const std::string& name);

}  // namespace muster::controller
