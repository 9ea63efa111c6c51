/// Jobs and tasks as JSON, the one spelling that API and command line share; the shape stands in
/// api/openapi/job_schemas.yaml.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "jobs/job_event.hpp"
#include "store/records.hpp"
#include "store/task_query.hpp"

namespace muster::controller {

[[nodiscard]] TaskCounts counts_of(const std::vector<TaskRecord>& tasks);

/// {"targets": n, <state>: n…}, without the states that no task is in. `targets` is the job's own
/// number, not the sum.
[[nodiscard]] nlohmann::json counts_view(const TaskCounts& counts, std::size_t targets);
/// {"node", "state", "result", "error", "attempt", "started", "ended", "outputs"}
[[nodiscard]] nlohmann::json task_view(const TaskRecord& task);
/// {"job", "operation", "arguments", "selector", "state", "outcome", "requested_by", "created",
/// "ended", "counts", "tasks"}; a task that is in `away`, by node name, has "away" too.
[[nodiscard]] nlohmann::json job_view(const JobWithTasks& job,
                                      const std::vector<TaskAway>& away = {});
/// The same without "arguments" and "tasks", for lists.
[[nodiscard]] nlohmann::json job_summary_view(const JobSummary& summary);

/// {"task", "job", "operation", "selector", "check", "requested_by", "created", "node", "node_id",
/// "state", "attempt", "started", "ended", "exit_code", "error", "outputs"}: for lists over all
/// jobs, without arguments and results, which may be secret.
[[nodiscard]] nlohmann::json listed_task_view(const ListedTask& listed);

/// {"code", "message", "field"?, "retryable"?}
[[nodiscard]] nlohmann::json error_view(const Error& error);
/// "stdout", "stderr", "records"
[[nodiscard]] std::string_view stream_name(wire::Stream stream);
[[nodiscard]] std::optional<wire::Stream> stream_from(std::string_view name);
/// RFC 3339 in UTC with milliseconds; null for 0.
[[nodiscard]] nlohmann::json time_view(UnixMs time);

}  // namespace muster::controller
