/// What jobs and output take in the database, and which output no task needs any more. For the
/// sources of SqliteStore that write jobs; everything is [writer] and throws what SQLite throws.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <map>
#include <vector>

#include "store/records.hpp"
#include "store/retention_records.hpp"

namespace muster::controller {

/// What a write adds or takes, kept with store_growth() in the same transaction.
struct Growth {
  std::int64_t jobs = 0;
  std::int64_t job_bytes = 0;  ///< of records
  std::int64_t output_bytes = 0;
  std::map<std::int64_t, std::int64_t> of_job;  ///< by number: what of job_bytes is its own
};

void store_growth(SQLite::Database& database, const Growth& growth);
[[nodiscard]] KeptJobs kept_jobs_in(SQLite::Database& database);

/// These tasks' outputs have a user more.
void use_outputs(SQLite::Database& database, const std::vector<OutputRecord>& outputs);
/// And one fewer: a body without any goes, its file later (unused_outputs).
void leave_outputs(SQLite::Database& database, const std::vector<OutputRecord>& outputs,
                   Growth& growth);

}  // namespace muster::controller
