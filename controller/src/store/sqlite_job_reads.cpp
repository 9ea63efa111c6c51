// What is asked of jobs and their tasks.
#include <limits>

#include "store/record_json.hpp"
#include "store/sql.hpp"
#include "store/sqlite_job_rows.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {

Result<std::vector<JobWithTasks>> SqliteStore::open_jobs() {
  return sql::guarded([&]() -> Result<std::vector<JobWithTasks>> {
    SQLite::Statement query(*reader_, std::string(kJobColumns) + "WHERE ended = 0 ORDER BY number");
    std::vector<JobWithTasks> jobs;
    while (query.executeStep()) {
      jobs.push_back({job_from(query), tasks_of(*reader_, query.getColumn(0).getInt64())});
    }
    return jobs;
  });
}

Result<JobWithTasks> SqliteStore::job(JobId id) {
  return sql::guarded([&]() -> Result<JobWithTasks> {
    SQLite::Statement query(*reader_, std::string(kJobColumns) + "WHERE id = ?");
    sql::bind(query, id);
    if (!query.executeStep()) return fail(ErrorCode::NotFound, "there is no job " + id.text());
    return JobWithTasks{job_from(query), tasks_of(*reader_, query.getColumn(0).getInt64())};
  });
}

Result<TaskRecord> SqliteStore::task_on(JobId job, std::string_view node_name) {
  return sql::guarded([&]() -> Result<TaskRecord> {
    SQLite::Statement number(*reader_, "SELECT number FROM jobs WHERE id = ?");
    sql::bind(number, job);
    if (!number.executeStep()) return fail(ErrorCode::NotFound, "there is no job " + job.text());
    SQLite::Statement query(
        *reader_, std::string(kTaskColumns) + "FROM tasks WHERE job = ? AND node_name = ?");
    sql::bind(query, number.getColumn(0).getInt64(), std::string(node_name));
    if (query.executeStep()) return task_from(query);
    return fail(ErrorCode::NotFound,
                "the job " + job.text() + " has no task on a node named " + std::string(node_name));
  });
}

Result<JobPage> SqliteStore::jobs(const JobQuery& query) {
  return sql::guarded([&]() -> Result<JobPage> {
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    if (query.before) {
      SQLite::Statement number(*reader_, "SELECT number FROM jobs WHERE id = ?");
      sql::bind(number, *query.before);
      if (!number.executeStep()) {
        return fail(ErrorCode::NotFound, "there is no job " + query.before->text());
      }
      before = number.getColumn(0).getInt64();
    }
    SQLite::Statement rows(
        *reader_, std::string(kJobColumns) + "WHERE number < ? ORDER BY number DESC LIMIT ?");
    sql::bind(rows, before, query.limit + 1);
    JobPage page;
    while (rows.executeStep()) {
      if (page.jobs.size() == query.limit) {
        page.next = page.jobs.back().job.id;
        break;
      }
      auto job = job_from(rows);
      TaskCounts counts;
      if (job.ended != 0) {
        counts = counts_from_json(rows.getColumn(kCountsColumn).getString());
      } else if (!query.counted || !query.counted(job.id)) {
        counts = counts_of(*reader_, rows.getColumn(0).getInt64());
      }
      page.jobs.push_back({std::move(job), counts});
    }
    return page;
  });
}

Result<std::pair<JobId, TaskRecord>> SqliteStore::task(TaskId id) {
  return sql::guarded([&]() -> Result<std::pair<JobId, TaskRecord>> {
    SQLite::Statement query(*reader_,
                            std::string(kTaskColumns) +
                                ", jobs.id FROM tasks JOIN jobs ON jobs.number = tasks.job "
                                "WHERE tasks.id = ?");
    sql::bind(query, id);
    if (!query.executeStep()) return fail(ErrorCode::NotFound, "there is no task " + id.text());
    return std::pair{sql::id<JobId>(query.getColumn(10)), task_from(query)};
  });
}

}  // namespace muster::controller
