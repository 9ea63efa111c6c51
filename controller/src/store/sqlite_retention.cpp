// How old jobs leave the database, and their output the disk.
#include <algorithm>
#include <string>
#include <vector>

#include "store/job_events.hpp"
#include "store/record_json.hpp"
#include "store/sql.hpp"
#include "store/sqlite_events.hpp"
#include "store/sqlite_sizes.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {
namespace {

constexpr int kOutlivedBy = 10;  // jobs that are asked who had a node's last task instead
constexpr int kMaxUnlinked = 1000;

struct OldJob {
  std::int64_t number = 0;
  JobId id;
  std::string operation;
  UnixMs ended = 0;
  std::size_t targets = 0;
  std::int64_t bytes = 0;
};

struct OldTask {
  std::int64_t number = 0;
  NodeId node;
  std::string node_name;
};

std::vector<OldJob> oldest_jobs(SQLite::Database& database, const RemovalRule& rule) {
  SQLite::Statement query(database,
                          "SELECT number, id, operation, ended, targets, bytes FROM jobs "
                          "WHERE ended <> 0 ORDER BY ended, number LIMIT ?");
  sql::bind(query, kMaxRemovedJobs + rule.except.size());
  std::vector<OldJob> jobs;
  while (query.executeStep()) {
    OldJob job{query.getColumn(0).getInt64(),
               sql::id<JobId>(query.getColumn(1)),
               query.getColumn(2).getString(),
               query.getColumn(3).getInt64(),
               static_cast<std::size_t>(query.getColumn(4).getInt64()),
               query.getColumn(5).getInt64()};
    const auto& except = rule.except;
    if (std::find(except.begin(), except.end(), job.id) == except.end()) jobs.push_back(job);
  }
  return jobs;
}

std::vector<OldTask> leave_tasks(SQLite::Database& database, const OldJob& job, Growth& growth) {
  SQLite::Statement query(database,
                          "SELECT number, node, node_name, outputs FROM tasks WHERE job = ?");
  sql::bind(query, job.number);
  std::vector<OldTask> tasks;
  while (query.executeStep()) {
    tasks.push_back({query.getColumn(0).getInt64(), sql::id<NodeId>(query.getColumn(1)),
                     query.getColumn(2).getString()});
    leave_outputs(database, outputs_from_json(query.getColumn(3).getString()), growth);
  }
  return tasks;
}

/// The newest before `job` that are left: they ended after it, or have not.
std::vector<std::int64_t> outliving(SQLite::Database& database, const OldJob& job,
                                    const std::string& operation) {
  SQLite::Statement query(
      database, operation.empty()
                    ? "SELECT number FROM jobs WHERE number < ? ORDER BY number DESC LIMIT ?"
                    : "SELECT number FROM jobs WHERE number < ? AND operation = ?3 "
                      "ORDER BY number DESC LIMIT ?2");
  sql::bind(query, job.number, kOutlivedBy);
  if (!operation.empty()) query.bind(3, operation);
  std::vector<std::int64_t> jobs;
  while (query.executeStep()) jobs.push_back(query.getColumn(0).getInt64());
  return jobs;
}

/// Of tasks that are gone already: those that were the last ones of their nodes are so no more.
void pass_on_last(SQLite::Database& database, const OldJob& job, const std::vector<OldTask>& tasks,
                  const std::string& operation) {
  const auto jobs = outliving(database, job, operation);
  SQLite::Statement forget(database,
                           "DELETE FROM last_tasks WHERE operation = ? AND node = ? AND task = ?");
  SQLite::Statement older(database,
                          "SELECT number FROM tasks WHERE job = ? AND node_name = ? AND node = ?");
  for (const auto& task : tasks) {
    sql::bind(forget, operation, task.node, task.number);
    if (forget.exec() == 0) continue;
    for (const auto other : jobs) {
      sql::bind(older, other, task.node_name, task.node);
      if (!older.executeStep()) continue;
      sql::execute(database, "INSERT INTO last_tasks (operation, node, task) VALUES (?, ?, ?)",
                   operation, task.node, older.getColumn(0).getInt64());
      break;
    }
  }
}

void remove_job(SQLite::Database& database, const OldJob& job, Growth& growth) {
  const auto tasks = leave_tasks(database, job, growth);
  sql::execute(database, "DELETE FROM tasks WHERE job = ?", job.number);
  sql::execute(database, "DELETE FROM jobs WHERE number = ?", job.number);
  pass_on_last(database, job, tasks, "");
  pass_on_last(database, job, tasks, job.operation);
  --growth.jobs;
  growth.job_bytes -= job.bytes;
}

RemovedJobs remove_old(SQLite::Database& database, const RemovalRule& rule,
                       const EventLimits& limits) {
  const auto before = kept_jobs_in(database).bytes;
  RemovedJobs removed;
  Growth growth;
  std::size_t tasks = 0;
  for (const auto& job : oldest_jobs(database, rule)) {
    const auto bytes = before - removed.bytes;
    if (job.ended >= rule.ended_before && bytes <= rule.max_bytes) break;
    removed.more = removed.jobs == kMaxRemovedJobs ||
                   (removed.jobs > 0 && tasks + job.targets > kMaxRemovedTasks);
    if (removed.more) break;
    remove_job(database, job, growth);
    ++removed.jobs;
    tasks += job.targets;
    removed.bytes = static_cast<std::uint64_t>(-growth.job_bytes - growth.output_bytes);
    removed.more = removed.jobs == kMaxRemovedJobs;
  }
  store_growth(database, growth);
  const auto kept = kept_jobs_in(database);
  removed.events = remove_events_before(database, events_kept_from(rule, kept), kMaxRemovedEvents);
  removed.more = removed.more || removed.events == kMaxRemovedEvents;
  if (removed.jobs > 0) add_event(database, jobs_removed(removed, kept, rule.now), limits);
  return removed;
}

/// Files of outputs that nobody uses. Their rows went in a commit before this one, so that a crash
/// in between leaves them here. Whether there may be more.
bool unlink_some(SQLite::Database& database, const OutputFiles& files) {
  SQLite::Statement unused(database, "SELECT digest FROM unused_outputs LIMIT ?");
  sql::bind(unused, kMaxUnlinked);
  std::vector<Digest> digests;
  while (unused.executeStep()) digests.push_back(sql::array<32>(unused.getColumn(0)));
  bool any = false;
  for (const auto& digest : digests) {
    SQLite::Statement again(database, "SELECT 1 FROM outputs WHERE digest = ?");
    sql::bind(again, digest);
    if (!again.executeStep() && !files.remove(digest)) continue;  // next time
    any = true;
    sql::execute(database, "DELETE FROM unused_outputs WHERE digest = ?", digest);
  }
  return any && digests.size() == kMaxUnlinked;
}

}  // namespace

Result<KeptJobs> SqliteStore::kept_jobs() {
  return sql::guarded([&]() -> Result<KeptJobs> { return kept_jobs_in(*reader_); });
}

void SqliteStore::remove_jobs(RemovalRule rule, Done<RemovedJobs> done) {
  write<RemovedJobs>([rule = std::move(rule), limits = event_limits_](SQLite::Database& database)
                         -> Result<RemovedJobs> { return remove_old(database, rule, limits); },
                     [this, done = std::move(done)](const Result<RemovedJobs>& removed) {
                       if (removed && removed->jobs > 0) remove_unused_files();
                       done(removed);
                     });
}

void SqliteStore::remove_unused_files() {
  write<bool>(
      [&files = *files_](SQLite::Database& database) -> Result<bool> {
        return unlink_some(database, files);
      },
      [this](const Result<bool>& more) {
        if (more && *more) remove_unused_files();
      });
}

Result<UnixMs> SqliteStore::believed_time() {
  return sql::guarded([&]() -> Result<UnixMs> {
    SQLite::Statement kept(*reader_, "SELECT number FROM meta WHERE name = 'believed_time'");
    if (kept.executeStep()) return kept.getColumn(0).getInt64();
    SQLite::Statement ended(*reader_, "SELECT max(ended) FROM jobs WHERE ended <> 0");
    return ended.executeStep() ? ended.getColumn(0).getInt64() : 0;
  });
}

void SqliteStore::keep_believed_time(UnixMs time, Done<void> done) {
  write<void>(
      [time](SQLite::Database& database) -> Status {
        sql::execute(database,
                     "INSERT INTO meta (name, number, bytes) VALUES ('believed_time', ?, x'') "
                     "ON CONFLICT (name) DO UPDATE SET number = excluded.number",
                     time);
        return {};
      },
      std::move(done));
}

}  // namespace muster::controller
