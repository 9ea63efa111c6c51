// What becomes of jobs, their tasks, and the output of those.
#include <algorithm>

#include "store/job_events.hpp"
#include "store/job_state.hpp"
#include "store/record_json.hpp"
#include "store/sql.hpp"
#include "store/sqlite_events.hpp"
#include "store/sqlite_job_rows.hpp"
#include "store/sqlite_sizes.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {
namespace {

constexpr std::size_t kTaskInMemory = sizeof(TaskRecord) + 256;  // with its name and an error

/// The job that the same requester made with the same key, if any.
Result<std::optional<JobId>> find_request(SQLite::Database& database,
                                          const std::string& requested_by, const std::string& key,
                                          const Digest& request) {
  if (key.empty()) return std::nullopt;
  SQLite::Statement query(
      database,
      "SELECT id, request_digest FROM jobs WHERE requested_by = ? AND idempotency_key = ?");
  sql::bind(query, requested_by, key);
  if (!query.executeStep()) return std::nullopt;
  if (sql::array<32>(query.getColumn(1)) == request) return sql::id<JobId>(query.getColumn(0));
  return fail(ErrorCode::Conflict,
              "the idempotency key was used before for another request; use a new key");
}

TaskCounts count(const std::vector<TaskRecord>& tasks) {
  TaskCounts counts;
  for (const auto& task : tasks) counts.add(task.state);
  return counts;
}

/// As the rows of the tasks will have them.
std::size_t texts_of(const TaskRecord& task) {
  return task.result.size() + error_to_json(task.error).size() +
         outputs_to_json(task.outputs).size();
}

std::int64_t size_of(const JobRecord& job, const std::vector<TaskRecord>& tasks) {
  auto bytes = kJobBytes + job.arguments.size() + job.selector.size() + tasks.size() * kTaskBytes;
  for (const auto& task : tasks) bytes += texts_of(task);
  return static_cast<std::int64_t>(bytes);
}

std::int64_t insert_job(SQLite::Database& database, const JobRecord& job,
                        const TaskCounts& counts) {
  sql::execute(
      database,
      "INSERT INTO jobs (id, operation, instance, selector, arguments, timeout_ms, not_after, "
      "offline, check_mode, output_cap, requested_by, idempotency_key, request_digest, created, "
      "ended, targets, counts, drained, sample, seed, at_once, max_failed, state, outcome, "
      "secrets, unknown) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      job.id, job.operation, job.instance, job.selector, job.arguments, job.timeout_ms,
      job.not_after, static_cast<int>(job.offline), static_cast<int>(job.check), job.output_cap,
      job.requested_by, job.idempotency_key, job.request_digest, job.created, job.ended,
      job.targets, job.ended == 0 ? std::string() : counts_to_json(counts),
      static_cast<int>(job.drained), job.limit, job.seed, job.at_once, job.max_failed,
      static_cast<int>(state_of(job, counts)), static_cast<int>(outcome_of(counts)),
      static_cast<int>(job.secrets), static_cast<int>(job.unknown));
  return database.getLastInsertRowid();
}

void insert_tasks(SQLite::Database& database, std::int64_t job_number, const JobRecord& job,
                  const std::vector<TaskRecord>& tasks) {
  SQLite::Statement insert(
      database,
      "INSERT INTO tasks (id, job, node, node_name, state, attempt, result, error, "
      "started, ended, outputs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SQLite::Statement last(
      database, "INSERT OR REPLACE INTO last_tasks (operation, node, task) VALUES (?, ?, ?)");
  for (const auto& task : tasks) {
    sql::bind(insert, task.id, job_number, task.node, task.node_name, static_cast<int>(task.state),
              task.attempt, BytesView(task.result), error_to_json(task.error), task.started,
              task.ended, outputs_to_json(task.outputs));
    insert.exec();
    const auto number = database.getLastInsertRowid();
    for (const auto& operation : {std::string(), job.operation}) {
      sql::bind(last, operation, task.node, number);
      last.exec();
    }
  }
}

/// Small bodies into the database, large ones as files that are durable before the row is.
Status keep_body(SQLite::Database& database, FileOutputBuffer& body, Growth& growth) {
  if (body.size() == 0) return {};
  const auto digest = body.digest();
  int added = 0;
  if (body.is_inline()) {
    added = sql::execute(database,
                         "INSERT OR IGNORE INTO outputs (digest, size, body) VALUES (?, ?, ?)",
                         digest, body.size(), body.inline_bytes());
  } else {
    if (auto kept = body.keep(); !kept) return kept;
    added = sql::execute(database,
                         "INSERT OR IGNORE INTO outputs (digest, size, body) VALUES (?, ?, NULL)",
                         digest, body.size());
  }
  if (added == 1) growth.output_bytes += static_cast<std::int64_t>(body.size());
  return {};
}

Status keep_bodies(SQLite::Database& database, const TaskOutcome& outcome, Growth& growth) {
  for (const auto& body : outcome.bodies) {
    // Every body came from new_output(), so it is one of ours.
    auto kept = keep_body(database, static_cast<FileOutputBuffer&>(*body), growth);
    if (kept) continue;
    const auto why = kept.error().code;
    // Anything else may pass, and the node forgets its copy of what is called lost.
    if (why != ErrorCode::Corrupt && why != ErrorCode::NotFound) return kept;
    return fail(ErrorCode::NotFound, "an output is lost: " + kept.error().message);
  }
  return {};
}

/// What is stored of a job's end: its time, and how it stands.
void store_standing(SQLite::Database& database, std::int64_t number, const JobRecord& job,
                    const TaskCounts& counts) {
  sql::execute(database,
               "UPDATE jobs SET ended = ?, counts = ?, state = ?, outcome = ? WHERE number = ?",
               job.ended, counts_to_json(counts), static_cast<int>(state_of(job, counts)),
               static_cast<int>(outcome_of(counts)), number);
}

/// With the end of a job; and again when a task that was given up ended otherwise.
void store_counts(SQLite::Database& database, const TaskOutcome& outcome, TaskState before,
                  bool changed, const EventLimits& limits) {
  SQLite::Statement row(database, "SELECT number, ended, counts FROM jobs WHERE id = ?");
  sql::bind(row, outcome.job);
  if (!row.executeStep()) return;
  const auto number = row.getColumn(0).getInt64();
  const bool had_ended = row.getColumn(1).getInt64() != 0;
  if (!had_ended && outcome.job_ended != 0) {
    auto job = job_record(database, outcome.job);
    const auto counts = counts_of(database, number);
    job.ended = outcome.job_ended;
    store_standing(database, number, job, counts);
    add_event(database, job_ended(job, counts, job.ended), limits);
  } else if (had_ended && changed) {
    auto counts = counts_from_json(row.getColumn(2).getString());
    counts.remove(before);
    counts.add(outcome.task.state);
    store_standing(database, number, job_record(database, outcome.job), counts);
  }
}

/// Once, with the first task that the job's stop ends.
void store_stop(SQLite::Database& database, const TaskOutcome& outcome, const EventLimits& limits) {
  if (!outcome.job_stopped) return;
  if (sql::execute(
          database,
          "UPDATE jobs SET stopped = 1 WHERE id = ? AND stopped = 0 AND cancel_requested = 0",
          outcome.job) == 0) {
    return;
  }
  add_event(database, job_stopped(job_record(database, outcome.job), outcome.task.ended), limits);
}

/// Of a task that has no end yet, or is indeterminate. `known` is its row as it was.
Status store_end(SQLite::Database& database, const TaskOutcome& outcome, SQLite::Statement& known,
                 Growth& growth) {
  if (auto kept = keep_bodies(database, outcome, growth); !kept) return kept;
  const auto& task = outcome.task;
  const auto more = static_cast<std::int64_t>(texts_of(task)) - known.getColumn(1).getInt64();
  growth.job_bytes += more;
  growth.of_job[known.getColumn(2).getInt64()] += more;
  const auto before = outputs_from_json(known.getColumn(3).getString());
  known.reset();
  sql::execute(
      database,
      "UPDATE tasks SET state = ?, attempt = ?, result = ?, error = ?, started = ?, ended = ?, "
      "outputs = ? WHERE id = ?",
      static_cast<int>(task.state), task.attempt, BytesView(task.result), error_to_json(task.error),
      task.started, task.ended, outputs_to_json(task.outputs), task.id);
  use_outputs(database, task.outputs);
  leave_outputs(database, before, growth);
  return {};
}

Status finish_task(SQLite::Database& database, const TaskOutcome& outcome,
                   const EventLimits& limits, Growth& growth) {
  SQLite::Statement known(
      database,
      "SELECT state, length(result) + length(error) + length(outputs), job, outputs FROM tasks "
      "WHERE id = ?");
  sql::bind(known, outcome.task.id);
  if (!known.executeStep()) return fail(ErrorCode::NotFound, "there is no such task");
  const auto before = static_cast<TaskState>(known.getColumn(0).getInt());
  const bool changes = !wire::is_final(before) || before == TaskState::Indeterminate;
  if (changes) {
    if (auto stored = store_end(database, outcome, known, growth); !stored) return stored;
  }
  store_stop(database, outcome, limits);
  store_counts(database, outcome, before, changes, limits);
  return {};
}

}  // namespace

void SqliteStore::create_job(JobRecord job, std::vector<TaskRecord> tasks, Done<JobId> done) {
  const auto bytes = job.arguments.size() + job.selector.size() + tasks.size() * kTaskInMemory;
  write<JobId>(
      [job = std::move(job), tasks = std::move(tasks),
       limits = event_limits_](SQLite::Database& database) -> Result<JobId> {
        auto same =
            find_request(database, job.requested_by, job.idempotency_key, job.request_digest);
        if (!same) return tl::unexpected(same.error());
        if (*same) return **same;
        const auto counts = count(tasks);
        const auto number = insert_job(database, job, counts);
        insert_tasks(database, number, job, tasks);
        const auto size = size_of(job, tasks);
        store_growth(database, {1, size, 0, {{number, size}}});
        add_event(database, job_created(job, job.created), limits);
        if (job.ended != 0) add_event(database, job_ended(job, counts, job.ended), limits);
        return job.id;
      },
      std::move(done), bytes);
}

Result<std::optional<JobId>> SqliteStore::same_request(const std::string& requested_by,
                                                       const std::string& key,
                                                       const Digest& request) {
  return sql::guarded([&] { return find_request(*reader_, requested_by, key, request); });
}

void SqliteStore::finish_tasks(std::vector<TaskOutcome> outcomes, Done<void> done) {
  write<void>(
      [outcomes = std::move(outcomes),
       limits = event_limits_](SQLite::Database& database) -> Status {
        Growth growth;
        for (const auto& outcome : outcomes) {
          auto finished = finish_task(database, outcome, limits, growth);
          if (!finished) return finished;
        }
        store_growth(database, growth);
        return {};
      },
      std::move(done), 0, true);
}

void SqliteStore::note_sent(std::vector<TaskId> tasks, Done<void> done) {
  write<void>(
      [tasks = std::move(tasks)](SQLite::Database& database) -> Status {
        for (const auto& task : tasks) {
          sql::execute(database, "UPDATE tasks SET state = 3 WHERE id = ? AND state = 2", task);
        }
        return {};
      },
      std::move(done));
}

void SqliteStore::note_unsent(std::vector<TaskId> tasks, Done<void> done) {
  write<void>(
      [tasks = std::move(tasks)](SQLite::Database& database) -> Status {
        for (const auto& task : tasks) {
          sql::execute(database, "UPDATE tasks SET state = 2 WHERE id = ? AND state = 3", task);
        }
        return {};
      },
      std::move(done));
}

void SqliteStore::request_cancel(JobId id, std::string by, UnixMs when, Done<void> done) {
  write<void>(
      [id, by = std::move(by), when, limits = event_limits_](SQLite::Database& database) -> Status {
        const auto job = job_record(database, id);
        if (job.id != id) return fail(ErrorCode::NotFound, "there is no such job");
        if (job.cancel_requested) return {};
        sql::execute(
            database,
            "UPDATE jobs SET cancel_requested = 1, "
            "state = CASE WHEN ended = 0 OR stopped = 1 THEN state ELSE ? END WHERE id = ?",
            static_cast<int>(JobState::Cancelled), id);
        add_event(database, job_cancelled(job, by, when), limits);
        return {};
      },
      std::move(done));
}

std::shared_ptr<OutputBuffer> SqliteStore::new_output() {
  return std::make_shared<FileOutputBuffer>(*files_);
}

Result<Bytes> SqliteStore::read_output(const Digest& digest, std::uint64_t offset,
                                       std::size_t most) {
  return sql::guarded([&]() -> Result<Bytes> {
    SQLite::Statement query(*reader_, "SELECT body FROM outputs WHERE digest = ?");
    sql::bind(query, digest);
    if (!query.executeStep()) return fail(ErrorCode::NotFound, "there is no such output");
    if (query.getColumn(0).isNull()) {
      auto read = files_->read(digest, offset, most);
      query.reset();
      // Its job may just have been removed.
      if (!read && read.error().code == ErrorCode::Corrupt && !query.executeStep()) {
        return fail(ErrorCode::NotFound, "there is no such output");
      }
      return read;
    }
    const auto body = sql::blob(query.getColumn(0));
    const auto begin = std::min<std::uint64_t>(offset, body.size());
    return to_bytes(body.subspan(begin, std::min<std::uint64_t>(most, body.size() - begin)));
  });
}

}  // namespace muster::controller
