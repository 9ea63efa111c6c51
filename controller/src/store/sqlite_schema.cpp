#include "store/sqlite_schema.hpp"

#include <SQLiteCpp/Transaction.h>

#include <string>

#include "store/job_state.hpp"
#include "store/record_json.hpp"
#include "store/sql.hpp"
#include "store/sqlite_sizes.hpp"
#include "store/sqlite_tables.hpp"

namespace muster::controller {
namespace {

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

/// From version 9, which had one age for all facts of a node, and both kinds of nodes that a job
/// gets besides as bits of one column.
void upgrade_to_10(SQLite::Database& database) {
  database.exec(
      "ALTER TABLE nodes ADD COLUMN facts_older TEXT NOT NULL DEFAULT '{}';"
      "ALTER TABLE jobs ADD COLUMN unknown INTEGER NOT NULL DEFAULT 0;"
      "UPDATE jobs SET unknown = 1, drained = drained & 1 WHERE drained & 2;");
  put_number(database, "schema", 10);
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
  if (meta.schema_version <= 9) upgrade_to_10(database);
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
