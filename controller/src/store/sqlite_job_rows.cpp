#include "store/sqlite_job_rows.hpp"

#include "store/record_json.hpp"
#include "store/sql.hpp"

namespace muster::controller {

JobRecord job_from(SQLite::Statement& row) {
  JobRecord job;
  job.id = sql::id<JobId>(row.getColumn(1));
  job.operation = row.getColumn(2).getString();
  job.instance = row.getColumn(3).getString();
  job.selector = row.getColumn(4).getString();
  job.arguments = row.getColumn(5).getString();
  job.timeout_ms = row.getColumn(6).getInt64();
  job.not_after = row.getColumn(7).getInt64();
  job.offline = static_cast<OfflinePolicy>(row.getColumn(8).getInt());
  job.check = row.getColumn(9).getInt() != 0;
  job.output_cap = static_cast<std::uint64_t>(row.getColumn(10).getInt64());
  job.requested_by = row.getColumn(11).getString();
  job.idempotency_key = row.getColumn(12).getString();
  job.request_digest = sql::array<32>(row.getColumn(13));
  job.cancel_requested = row.getColumn(14).getInt() != 0;
  job.created = row.getColumn(15).getInt64();
  job.ended = row.getColumn(16).getInt64();
  job.targets = static_cast<std::size_t>(row.getColumn(17).getInt64());
  job.drained = row.getColumn(19).getInt() != 0;
  job.limit = row.getColumn(20).getString();
  job.seed = row.getColumn(21).getString();
  job.at_once = static_cast<std::size_t>(row.getColumn(22).getInt64());
  job.max_failed = static_cast<std::size_t>(row.getColumn(23).getInt64());
  job.stopped = row.getColumn(24).getInt() != 0;
  job.secrets = row.getColumn(25).getInt() != 0;
  job.unknown = row.getColumn(26).getInt() != 0;
  return job;
}

TaskRecord task_from(SQLite::Statement& row) {
  TaskRecord task;
  task.id = sql::id<TaskId>(row.getColumn(0));
  task.node = sql::id<NodeId>(row.getColumn(1));
  task.node_name = row.getColumn(2).getString();
  task.state = static_cast<TaskState>(row.getColumn(3).getInt());
  task.attempt = row.getColumn(4).getUInt();
  task.result = to_bytes(sql::blob(row.getColumn(5)));
  task.error = error_from_json(row.getColumn(6).getString());
  task.started = row.getColumn(7).getInt64();
  task.ended = row.getColumn(8).getInt64();
  task.outputs = outputs_from_json(row.getColumn(9).getString());
  return task;
}

std::vector<TaskRecord> tasks_of(SQLite::Database& database, std::int64_t job_number) {
  SQLite::Statement query(
      database, std::string(kTaskColumns) + "FROM tasks WHERE job = ? ORDER BY node_name");
  sql::bind(query, job_number);
  std::vector<TaskRecord> tasks;
  while (query.executeStep()) tasks.push_back(task_from(query));
  return tasks;
}

TaskCounts counts_of(SQLite::Database& database, std::int64_t job_number) {
  SQLite::Statement query(database,
                          "SELECT state, count(*) FROM tasks WHERE job = ? GROUP BY state");
  sql::bind(query, job_number);
  TaskCounts counts;
  while (query.executeStep()) {
    counts.set(static_cast<TaskState>(query.getColumn(0).getInt()), query.getColumn(1).getInt64());
  }
  return counts;
}

JobRecord job_record(SQLite::Database& database, JobId id) {
  SQLite::Statement query(database, std::string(kJobColumns) + "WHERE id = ?");
  sql::bind(query, id);
  return query.executeStep() ? job_from(query) : JobRecord{};
}

}  // namespace muster::controller
