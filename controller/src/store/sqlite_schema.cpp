#include "store/sqlite_schema.hpp"

#include <SQLiteCpp/Transaction.h>

#include <string>

#include "store/job_state.hpp"
#include "store/record_json.hpp"
#include "store/sql.hpp"
#include "store/sqlite_sizes.hpp"

namespace muster::controller {
namespace {

// Also what version 7 brought, beyond columns: how jobs are found, and by retention the oldest that
// ended. The first four hold all that is asked of a job, so that a search reads no row that it does
// not give back. A node's tasks are found range by range of their numbers:
// an index by the name alone would have every job over a large fleet write as many pages as it has
// nodes.
constexpr const char* kHistoryIndexes = R"(
CREATE INDEX jobs_in_short ON jobs (number, operation, requested_by, created, state, outcome);
CREATE INDEX jobs_of_operation ON jobs
  (operation, number, requested_by, created, state, outcome);
CREATE INDEX jobs_of_requester ON jobs
  (requested_by, number, operation, created, state, outcome);
CREATE INDEX jobs_by_outcome ON jobs (outcome, number, operation, requested_by, created, state);
CREATE INDEX jobs_by_time ON jobs (created);
CREATE INDEX ended_jobs ON jobs (ended) WHERE ended <> 0;
CREATE INDEX tasks_of_node ON tasks (number >> 16, node_name, number, job);
)";

// Also what version 9 brought, beyond columns: files of outputs that no task has any more.
constexpr const char* kRetentionTables = R"(
CREATE TABLE unused_outputs (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32)) WITHOUT ROWID, STRICT;
)";

// Also what version 6 brought.
constexpr const char* kWebhookTables = R"(
CREATE TABLE webhooks (
  name TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  filter TEXT NOT NULL,
  allow_private INTEGER NOT NULL,
  secret BLOB NOT NULL,
  updated INTEGER NOT NULL,
  updated_by TEXT NOT NULL,
  cursor INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER NOT NULL DEFAULT 0,
  next_attempt INTEGER NOT NULL DEFAULT 0,
  last_success INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  missed INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook TEXT NOT NULL,
  event INTEGER NOT NULL,
  time INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  size INTEGER NOT NULL,
  died INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  reason TEXT NOT NULL) STRICT;
CREATE INDEX letters_of_webhook ON dead_letters (webhook, id, size);
)";

constexpr const char* kTables = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, number INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;

CREATE TABLE nodes (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  name TEXT NOT NULL,
  machine_id TEXT NOT NULL,
  transport_key BLOB NOT NULL UNIQUE CHECK (length(transport_key) = 32),
  session_key BLOB NOT NULL UNIQUE CHECK (length(session_key) = 32),
  labels TEXT NOT NULL,
  enrolled INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0,
  drain TEXT NOT NULL DEFAULT '',
  agent_version TEXT NOT NULL,
  facts_digest BLOB NOT NULL CHECK (length(facts_digest) = 32),
  facts TEXT NOT NULL,
  plugins TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX living_names ON nodes (name) WHERE retired = 0;

CREATE TABLE enrollment_tokens (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  secret BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
  labels TEXT NOT NULL,
  created_by TEXT NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE api_tokens (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  secret BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX api_token_names ON api_tokens (name) WHERE revoked = 0;

CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  operation TEXT NOT NULL,
  instance TEXT NOT NULL,
  selector TEXT NOT NULL,
  arguments TEXT NOT NULL,
  timeout_ms INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  offline INTEGER NOT NULL,
  check_mode INTEGER NOT NULL,
  output_cap INTEGER NOT NULL,
  requested_by TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_digest BLOB NOT NULL,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  targets INTEGER NOT NULL DEFAULT 0,
  counts TEXT NOT NULL DEFAULT '',
  drained INTEGER NOT NULL DEFAULT 0,
  sample TEXT NOT NULL DEFAULT '',
  seed TEXT NOT NULL DEFAULT '',
  at_once INTEGER NOT NULL DEFAULT 0,
  max_failed INTEGER NOT NULL DEFAULT 0,
  stopped INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 0,
  outcome INTEGER NOT NULL DEFAULT 0,
  secrets INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX job_keys ON jobs (requested_by, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX open_jobs ON jobs (number) WHERE ended = 0;

CREATE TABLE tasks (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  job INTEGER NOT NULL REFERENCES jobs (number),
  node BLOB NOT NULL CHECK (length(node) = 16),
  node_name TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  result BLOB NOT NULL,
  error TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  outputs TEXT NOT NULL) STRICT;
CREATE INDEX tasks_of_job ON tasks (job, node_name, state);

CREATE TABLE last_tasks (
  operation TEXT NOT NULL,
  node BLOB NOT NULL,
  task INTEGER NOT NULL,
  PRIMARY KEY (operation, node)) WITHOUT ROWID, STRICT;

CREATE TABLE groups (
  name TEXT PRIMARY KEY,
  selector TEXT NOT NULL,
  doc TEXT NOT NULL,
  updated INTEGER NOT NULL,
  updated_by TEXT NOT NULL) STRICT;

CREATE TABLE outputs (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
  size INTEGER NOT NULL,
  body BLOB,
  uses INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE manifests (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32), json TEXT NOT NULL) STRICT;

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL) STRICT;
)";

void put_number(SQLite::Database& database, const char* name, std::uint64_t number) {
  sql::execute(database,
               "INSERT INTO meta (name, number, bytes) VALUES (?, ?, x'') "
               "ON CONFLICT (name) DO UPDATE SET number = excluded.number",
               std::string(name), number);
}

std::uint64_t number(SQLite::Database& database, const char* name) {
  SQLite::Statement query(database, "SELECT number FROM meta WHERE name = ?");
  sql::bind(query, std::string(name));
  return query.executeStep() ? static_cast<std::uint64_t>(query.getColumn(0).getInt64()) : 0;
}

void create_tables(SQLite::Database& database) {
  database.exec(kTables);
  database.exec(kWebhookTables);
  database.exec(kHistoryIndexes);
  database.exec(kRetentionTables);
  put_number(database, "schema", kSchemaVersion);
  put_number(database, "epoch", 0);
  for (const auto* name : {"event_bytes", "jobs", "job_bytes", "output_bytes"}) {
    put_number(database, name, 0);
  }
  sql::execute(database, "INSERT INTO meta (name, number, bytes) VALUES ('fleet', 0, ?)",
               FleetId::random());
}

/// From version 1, which did not count targets and did not say which tasks had been sent.
void upgrade_to_2(SQLite::Database& database) {
  database.exec(
      "ALTER TABLE jobs ADD COLUMN targets INTEGER NOT NULL DEFAULT 0;"
      "UPDATE jobs SET targets = (SELECT count(*) FROM tasks WHERE tasks.job = jobs.number);"
      "UPDATE tasks SET state = 3 WHERE state = 2;");
  put_number(database, "schema", 2);
}

/// From version 2, which counted the tasks of jobs that had ended whenever somebody looked.
void upgrade_to_3(SQLite::Database& database) {
  database.exec(
      "ALTER TABLE jobs ADD COLUMN counts TEXT NOT NULL DEFAULT '';"
      "UPDATE jobs SET counts = (SELECT json_group_object(state, n) FROM"
      " (SELECT state, count(*) AS n FROM tasks WHERE tasks.job = jobs.number GROUP BY state))"
      " WHERE ended <> 0;");
  put_number(database, "schema", 3);
}

/// From version 3, which kept all events and did not know how large they are together.
void upgrade_to_4(SQLite::Database& database) {
  SQLite::Statement size(database,
                         "SELECT coalesce(sum(length(CAST(type AS BLOB)) + length(CAST(subject AS "
                         "BLOB)) + length(CAST(data AS BLOB))), 0) FROM events");
  size.executeStep();
  put_number(database, "event_bytes", static_cast<std::uint64_t>(size.getColumn(0).getInt64()));
  put_number(database, "schema", 4);
}

/// From version 4, which had no groups, drained no nodes and did not know each node's last task.
void upgrade_to_5(SQLite::Database& database) {
  database.exec(
      "ALTER TABLE nodes ADD COLUMN drain TEXT NOT NULL DEFAULT '';"
      "ALTER TABLE jobs ADD COLUMN drained INTEGER NOT NULL DEFAULT 0;"
      "ALTER TABLE jobs ADD COLUMN sample TEXT NOT NULL DEFAULT '';"
      "ALTER TABLE jobs ADD COLUMN seed TEXT NOT NULL DEFAULT '';"
      "ALTER TABLE jobs ADD COLUMN at_once INTEGER NOT NULL DEFAULT 0;"
      "ALTER TABLE jobs ADD COLUMN max_failed INTEGER NOT NULL DEFAULT 0;"
      "CREATE TABLE last_tasks (operation TEXT NOT NULL, node BLOB NOT NULL, task INTEGER NOT NULL,"
      " PRIMARY KEY (operation, node)) WITHOUT ROWID, STRICT;"
      "INSERT INTO last_tasks SELECT '', node, max(number) FROM tasks GROUP BY node;"
      "INSERT INTO last_tasks SELECT operation, node, max(tasks.number) FROM tasks"
      " JOIN jobs ON jobs.number = tasks.job GROUP BY operation, node;"
      "CREATE TABLE groups (name TEXT PRIMARY KEY, selector TEXT NOT NULL, doc TEXT NOT NULL,"
      " updated INTEGER NOT NULL, updated_by TEXT NOT NULL) STRICT;");
  put_number(database, "schema", 5);
}

/// From version 5, which did not know which jobs had been stopped, and sent no webhooks.
void upgrade_to_6(SQLite::Database& database) {
  database.exec(
      "ALTER TABLE jobs ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;"
      "UPDATE jobs SET stopped = 1 WHERE ended <> 0 AND max_failed > 0 AND cancel_requested = 0"
      " AND max_failed <= (SELECT count(*) FROM tasks WHERE job = jobs.number"
      " AND state IN (12, 13, 15, 16, 17, 19))"
      " AND EXISTS (SELECT 1 FROM tasks WHERE job = jobs.number AND state = 14);");
  database.exec(kWebhookTables);
  put_number(database, "schema", 6);
}

/// From version 6, which could list jobs and not look for them.
void upgrade_to_7(SQLite::Database& database) {
  database.exec(
      "ALTER TABLE jobs ADD COLUMN state INTEGER NOT NULL DEFAULT 0;"
      "ALTER TABLE jobs ADD COLUMN outcome INTEGER NOT NULL DEFAULT 0;");
  SQLite::Statement ended(
      database, "SELECT number, cancel_requested, stopped, counts FROM jobs WHERE ended <> 0");
  while (ended.executeStep()) {
    JobRecord job;
    job.cancel_requested = ended.getColumn(1).getInt() != 0;
    job.stopped = ended.getColumn(2).getInt() != 0;
    const auto counts = counts_from_json(ended.getColumn(3).getString());
    sql::execute(database, "UPDATE jobs SET state = ?, outcome = ? WHERE number = ?",
                 static_cast<int>(state_of(job, counts)), static_cast<int>(outcome_of(counts)),
                 ended.getColumn(0).getInt64());
  }
  ended.reset();
  database.exec(kHistoryIndexes);
  put_number(database, "schema", 7);
}

/// From version 7, which kept secret arguments with the others.
void upgrade_to_8(SQLite::Database& database) {
  database.exec("ALTER TABLE jobs ADD COLUMN secrets INTEGER NOT NULL DEFAULT 0;");
  put_number(database, "schema", 8);
}

/// Counts how often tasks name each output, and takes those that none names.
void count_uses(SQLite::Database& database) {
  SQLite::Statement tasks(database, "SELECT outputs FROM tasks WHERE outputs <> '[]'");
  SQLite::Statement use(database, "UPDATE outputs SET uses = uses + 1 WHERE digest = ?");
  while (tasks.executeStep()) {
    for (const auto& output : outputs_from_json(tasks.getColumn(0).getString())) {
      if (output.kept == 0) continue;
      sql::bind(use, output.digest);
      use.exec();
    }
  }
  database.exec(
      "INSERT INTO unused_outputs SELECT digest FROM outputs WHERE uses = 0 AND body IS NULL;"
      "DELETE FROM outputs WHERE uses = 0;");
}

/// From version 8, which kept all jobs for ever and did not know how large they are.
void upgrade_to_9(SQLite::Database& database) {
  database.exec(
      "ALTER TABLE jobs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;"
      "ALTER TABLE outputs ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;");
  database.exec(kRetentionTables);
  count_uses(database);
  const auto task = std::to_string(kTaskBytes);
  database.exec("UPDATE jobs SET bytes = " + std::to_string(kJobBytes) +
                " + length(arguments) + length(selector) + (SELECT coalesce(sum(" + task +
                " + length(result) + length(error) + length(outputs)), 0) FROM tasks"
                " WHERE tasks.job = jobs.number);");
  const auto sum = [&](const char* name, const char* query) {
    put_number(database, name, static_cast<std::uint64_t>(database.execAndGet(query).getInt64()));
  };
  sum("jobs", "SELECT count(*) FROM jobs");
  sum("job_bytes", "SELECT coalesce(sum(bytes), 0) FROM jobs");
  sum("output_bytes", "SELECT coalesce(sum(size), 0) FROM outputs");
  put_number(database, "schema", 9);
}

}  // namespace

void set_pragmas(SQLite::Database& database) {
  database.setBusyTimeout(5000);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA foreign_keys = ON");
}

Result<StoreMeta> prepare_schema(SQLite::Database& database, const std::filesystem::path& file) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (!database.tableExists("meta")) create_tables(database);
  StoreMeta meta;
  meta.schema_version = static_cast<std::uint32_t>(number(database, "schema"));
  if (meta.schema_version > kSchemaVersion) {
    return fail(ErrorCode::Unsupported, "the database " + file.string() +
                                            " was written by a later muster-controller (format " +
                                            std::to_string(meta.schema_version) +
                                            ", this one knows " + std::to_string(kSchemaVersion) +
                                            "); install that version, or restore a backup");
  }
  if (meta.schema_version <= 1) upgrade_to_2(database);
  if (meta.schema_version <= 2) upgrade_to_3(database);
  if (meta.schema_version <= 3) upgrade_to_4(database);
  if (meta.schema_version <= 4) upgrade_to_5(database);
  if (meta.schema_version <= 5) upgrade_to_6(database);
  if (meta.schema_version <= 6) upgrade_to_7(database);
  if (meta.schema_version <= 7) upgrade_to_8(database);
  if (meta.schema_version <= 8) upgrade_to_9(database);
  meta.schema_version = kSchemaVersion;
  meta.epoch = number(database, "epoch") + 1;
  put_number(database, "epoch", meta.epoch);
  SQLite::Statement fleet(database, "SELECT bytes FROM meta WHERE name = 'fleet'");
  if (!fleet.executeStep()) {
    return fail(ErrorCode::Corrupt,
                "the database " + file.string() + " does not say whose fleet it is");
  }
  meta.fleet = sql::id<FleetId>(fleet.getColumn(0));
  fleet.reset();
  transaction.commit();
  return meta;
}

}  // namespace muster::controller
