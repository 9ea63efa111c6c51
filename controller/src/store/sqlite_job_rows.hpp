/// Rows of the tables of jobs and tasks as records, for the sources of SqliteStore that read them.
/// Everything throws what SQLite throws.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <vector>

#include "store/records.hpp"

namespace muster::controller {

/// What job_from() reads; the first is the job's number, and the counts stand in kCountsColumn.
inline constexpr const char* kJobColumns =
    "SELECT number, id, operation, instance, selector, arguments, timeout_ms, not_after, offline, "
    "check_mode, output_cap, requested_by, idempotency_key, request_digest, cancel_requested, "
    "created, "
    "ended, targets, counts, drained, sample, seed, at_once, max_failed, stopped, secrets, "
    "unknown FROM jobs ";
inline constexpr int kCountsColumn = 18;
/// What task_from() reads.
inline constexpr const char* kTaskColumns =
    "SELECT tasks.id, node, node_name, tasks.state, attempt, result, error, started, tasks.ended, "
    "outputs ";

[[nodiscard]] JobRecord job_from(SQLite::Statement& row);
[[nodiscard]] TaskRecord task_from(SQLite::Statement& row);

/// By node name.
[[nodiscard]] std::vector<TaskRecord> tasks_of(SQLite::Database& database, std::int64_t job_number);
[[nodiscard]] TaskCounts counts_of(SQLite::Database& database, std::int64_t job_number);
/// Of a job that is there.
[[nodiscard]] JobRecord job_record(SQLite::Database& database, JobId id);

}  // namespace muster::controller
