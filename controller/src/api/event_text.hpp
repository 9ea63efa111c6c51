/// Server-sent events of the API as text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "jobs/job_event.hpp"
#include "jobs/job_service.hpp"
#include "services.hpp"

namespace muster::controller::api {

/// One event of watchJob. `id` may be empty: an event after which nobody can go on.
[[nodiscard]] std::string event_text(const Services& services, const std::string& name,
                                     const nlohmann::json& data, std::string_view id);

/// What happened in a job.
[[nodiscard]] std::string event_text(const Services& services, const JobEvent& event,
                                     std::string_view id);

/// What is, for a watcher that came later: every task, and the output so far within limits. Only
/// the last event has `id`, as only with it the watcher has all of it.
[[nodiscard]] std::string backlog_text(const Services& services, const JobWithTasks& job,
                                       std::string_view id);

}  // namespace muster::controller::api
