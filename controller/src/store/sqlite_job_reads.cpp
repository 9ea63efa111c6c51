// What is asked of jobs and their tasks.
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <limits>

#include "store/record_json.hpp"
#include "store/sql.hpp"
#include "store/sqlite_job_rows.hpp"
#include "store/sqlite_job_walk.hpp"
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

Result<std::uint64_t> SqliteStore::place_of(JobId job) {
  return sql::guarded([&]() -> Result<std::uint64_t> {
    SQLite::Statement number(*reader_, "SELECT number FROM jobs WHERE id = ?");
    sql::bind(number, job);
    if (number.executeStep()) return static_cast<std::uint64_t>(number.getColumn(0).getInt64());
    return fail(ErrorCode::NotFound, "there is no job " + job.text());
  });
}

namespace {

/// A cursor is what anybody may send.
std::int64_t number_below(std::optional<std::uint64_t> place) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(place.value_or(kMost), kMost));
}

/// Of the job in this row.
TaskCounts counts_for(SQLite::Database& database, SQLite::Statement& row, const JobRecord& job,
                      const JobQuery& query) {
  if (job.ended != 0) return counts_from_json(row.getColumn(kCountsColumn).getString());
  if (query.counted && query.counted(job.id)) return {};
  return counts_of(database, row.getColumn(0).getInt64());
}

}  // namespace

Result<JobPage> SqliteStore::jobs(const JobQuery& query) {
  return sql::guarded([&]() -> Result<JobPage> {
    const SQLite::Transaction one_moment(*reader_);
    JobWalk walk(*reader_, query.filter, number_below(query.before), query.most_looked);
    SQLite::Statement row(*reader_, std::string(kJobColumns) + "WHERE number = ?");
    JobPage page;
    std::int64_t last = 0;
    while (const auto number = walk.next()) {
      if (page.jobs.size() == query.limit) {
        page.next = last;
        break;
      }
      last = *number;
      sql::bind(row, last);
      if (!row.executeStep()) continue;
      auto job = job_from(row);
      const auto counts = counts_for(*reader_, row, job, query);
      page.jobs.push_back({std::move(job), counts});
    }
    if (!page.next && walk.stopped()) page.next = walk.place();
    page.looked = walk.looked();
    return page;
  });
}

Result<std::vector<JobId>> SqliteStore::job_ids(JobId first, JobId last, std::size_t limit) {
  return sql::guarded([&]() -> Result<std::vector<JobId>> {
    SQLite::Statement query(*reader_,
                            "SELECT id FROM jobs WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?");
    sql::bind(query, first, last, limit);
    std::vector<JobId> ids;
    while (query.executeStep()) ids.push_back(sql::id<JobId>(query.getColumn(0)));
    return ids;
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
