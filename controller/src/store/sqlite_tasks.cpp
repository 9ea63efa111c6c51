// Tasks over all jobs.
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "store/sql.hpp"
#include "store/sqlite_job_rows.hpp"
#include "store/sqlite_job_walk.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {
namespace {

/// One question on its way through the jobs and their tasks.
class TaskSearch {
 public:
  TaskSearch(SQLite::Database& database, const TaskQuery& query)
      : query_(query),
        walk_(database, query.jobs, first_job(query), query.most_looked),
        job_(database, std::string(kJobColumns) + "WHERE number = ?"),
        tasks_(database, std::string("SELECT number, node_name, state FROM tasks INDEXED BY "
                                     "tasks_of_job WHERE job = ? AND ") +
                             (query.jobs.node.empty() ? "" : "node_name = ? AND ") +
                             "node_name > ? ORDER BY node_name"),
        task_(database, std::string(kTaskColumns) + "FROM tasks WHERE number = ?") {}

  TaskPage page() {
    while (const auto number = walk_.next()) {
      const bool goes_on = query_.after && job_place(*query_.after) == *number;
      if (!take_job(*number, goes_on ? query_.after->node : std::string())) return std::move(page_);
    }
    // The job at that place was looked at whole.
    if (walk_.stopped()) page_.next = place(walk_.place() - 1, {});
    return std::move(page_);
  }

 private:
  static std::int64_t job_place(const TaskPlace& place) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() - 1;
    return static_cast<std::int64_t>(std::min(place.job, kMost));
  }
  static std::int64_t first_job(const TaskQuery& query) {
    return query.after ? job_place(*query.after) + 1 : std::numeric_limits<std::int64_t>::max();
  }
  static TaskPlace place(std::int64_t job, std::string node) {
    return {static_cast<std::uint64_t>(job), std::move(node)};
  }

  /// False when the page is over.
  bool take_job(std::int64_t number, std::string node) {
    sql::bind(job_, number);
    if (!job_.executeStep()) return true;
    const auto job = std::make_shared<const JobRecord>(job_from(job_));
    if (query_.jobs.node.empty()) {
      sql::bind(tasks_, number, node);
    } else {
      sql::bind(tasks_, number, query_.jobs.node, node);
    }
    while (tasks_.executeStep()) {
      const auto stored = static_cast<TaskState>(tasks_.getColumn(2).getInt());
      auto task = wanted_task(tasks_.getColumn(0).getInt64(), stored);
      if (task && page_.tasks.size() == query_.limit) return end_after(number, node);
      node = tasks_.getColumn(1).getString();
      if (task) page_.tasks.push_back({job, std::move(*task)});
      if (++page_.looked == query_.most_looked) return end_after(number, node);
    }
    return true;
  }

  bool end_after(std::int64_t job, const std::string& node) {
    page_.next = place(job, node);
    return false;
  }

  std::optional<TaskRecord> wanted_task(std::int64_t number, TaskState stored) {
    const bool by_state = query_.state.has_value();
    if (by_state && wire::is_final(stored) && stored != *query_.state) return std::nullopt;
    sql::bind(task_, number);
    if (!task_.executeStep()) return std::nullopt;
    auto task = task_from(task_);
    const bool open = !wire::is_final(stored);
    const auto state = open && query_.now ? query_.now(task.id, stored) : stored;
    if (by_state && state != *query_.state) return std::nullopt;
    if (task.result.size() > kMostListedResult) task.result.clear();
    return task;
  }

  const TaskQuery& query_;
  JobWalk walk_;
  SQLite::Statement job_;
  SQLite::Statement tasks_;
  SQLite::Statement task_;
  TaskPage page_;
};

}  // namespace

Result<TaskPage> SqliteStore::tasks(const TaskQuery& query) {
  return sql::guarded([&]() -> Result<TaskPage> {
    const SQLite::Transaction one_moment(*reader_);
    return TaskSearch(*reader_, query).page();
  });
}

}  // namespace muster::controller
