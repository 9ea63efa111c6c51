#include "store/sqlite_sizes.hpp"

#include <SQLiteCpp/Statement.h>

#include <string>

#include "store/sql.hpp"

namespace muster::controller {
namespace {

void add_to(SQLite::Database& database, const char* name, std::int64_t more) {
  if (more == 0) return;
  sql::execute(database, "UPDATE meta SET number = number + ? WHERE name = ?", more,
               std::string(name));
}

std::int64_t number_of(SQLite::Database& database, const char* query) {
  SQLite::Statement row(database, query);
  return row.executeStep() ? row.getColumn(0).getInt64() : 0;
}

}  // namespace

void store_growth(SQLite::Database& database, const Growth& growth) {
  for (const auto& [job, more] : growth.of_job) {
    if (more == 0) continue;
    sql::execute(database, "UPDATE jobs SET bytes = bytes + ? WHERE number = ?", more, job);
  }
  add_to(database, "jobs", growth.jobs);
  add_to(database, "job_bytes", growth.job_bytes);
  add_to(database, "output_bytes", growth.output_bytes);
}

KeptJobs kept_jobs_in(SQLite::Database& database) {
  KeptJobs kept;
  kept.jobs = static_cast<std::uint64_t>(
      number_of(database, "SELECT number FROM meta WHERE name = 'jobs'"));
  kept.bytes = static_cast<std::uint64_t>(number_of(
      database, "SELECT sum(number) FROM meta WHERE name = 'job_bytes' OR name = 'output_bytes'"));
  kept.oldest =
      number_of(database, "SELECT ended FROM jobs WHERE ended <> 0 ORDER BY ended LIMIT 1");
  kept.first_created = number_of(database, "SELECT min(created) FROM jobs");
  return kept;
}

void use_outputs(SQLite::Database& database, const std::vector<OutputRecord>& outputs) {
  for (const auto& output : outputs) {
    if (output.kept == 0) continue;
    sql::execute(database, "UPDATE outputs SET uses = uses + 1 WHERE digest = ?", output.digest);
  }
}

void leave_outputs(SQLite::Database& database, const std::vector<OutputRecord>& outputs,
                   Growth& growth) {
  for (const auto& output : outputs) {
    if (output.kept == 0) continue;
    // Of a STRICT table, RETURNING says of a NULL that it IS NOT NULL (SQLite 3.40.1).
    SQLite::Statement left(database,
                           "UPDATE outputs SET uses = uses - 1 WHERE digest = ? "
                           "RETURNING uses, size, typeof(body) = 'null'");
    sql::bind(left, output.digest);
    if (!left.executeStep() || left.getColumn(0).getInt64() > 0) continue;
    growth.output_bytes -= left.getColumn(1).getInt64();
    const bool is_file = left.getColumn(2).getInt() != 0;
    left.reset();
    sql::execute(database, "DELETE FROM outputs WHERE digest = ?", output.digest);
    if (!is_file) continue;
    sql::execute(database, "INSERT OR IGNORE INTO unused_outputs (digest) VALUES (?)",
                 output.digest);
  }
}

}  // namespace muster::controller
