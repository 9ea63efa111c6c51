#include "store/sqlite_job_walk.hpp"

#include <algorithm>

#include "store/sql.hpp"

namespace muster::controller {
namespace {

constexpr int kRangeBits = 16;  // as in the index tasks_of_node

std::int64_t number_from(SQLite::Database& database, const char* query) {
  SQLite::Statement statement(database, query);
  return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
}

/// Above all tasks of jobs below `before`, and of some of the one after them: tasks are numbered in
/// the order of their jobs.
std::int64_t first_task_from(SQLite::Database& database, std::int64_t before) {
  SQLite::Statement query(database, "SELECT number FROM tasks WHERE job >= ? ORDER BY job LIMIT 1");
  sql::bind(query, before);
  if (query.executeStep()) return query.getColumn(0).getInt64();
  return number_from(database, "SELECT max(number) FROM tasks") + 1;
}

constexpr const char* kFacts = "SELECT number, operation, requested_by, created, state, outcome ";

JobFacts facts_from(SQLite::Statement& row) {
  // Text lives until the next step, which is as long as it is looked at.
  const auto text = [&row](int column) {
    const auto value = row.getColumn(column);
    return std::string_view(value.getText(), static_cast<std::size_t>(value.getBytes()));
  };
  return {text(1), text(2), row.getColumn(3).getInt64(),
          static_cast<JobState>(row.getColumn(4).getInt()),
          static_cast<JobOutcome>(row.getColumn(5).getInt())};
}

/// The outcome that alone is wanted, if it is one.
std::optional<JobOutcome> outcome_in(const JobFilter& filter) {
  if (filter.state == JobState::Running) return JobOutcome::Open;
  return filter.outcome;
}

/// It asks for more than a node.
bool asks_for_facts(const JobFilter& filter) {
  return !filter.operation.empty() || filter.operations || !filter.requested_by.empty() ||
         filter.state || filter.outcome || filter.ended || filter.since > 0 ||
         filter.until != std::numeric_limits<UnixMs>::max();
}

/// The facts of one job of a node, or of those that the best index leads to.
SQLite::Statement statement_for(SQLite::Database& database, const JobFilter& filter) {
  std::string from = "FROM jobs INDEXED BY ";
  if (!filter.node.empty()) {
    from += "jobs_in_short WHERE number = ?";
    return {database, kFacts + from};
  }
  if (!filter.operation.empty()) {
    from += "jobs_of_operation WHERE operation = ? AND ";
  } else if (!filter.requested_by.empty()) {
    from += "jobs_of_requester WHERE requested_by = ? AND ";
  } else if (outcome_in(filter)) {
    from += "jobs_by_outcome WHERE outcome = ? AND ";
  } else {
    from += "jobs_in_short WHERE ";
  }
  return {database, kFacts + from + "number < ? AND number >= ? ORDER BY number DESC LIMIT ?"};
}

/// The numbers of jobs created within a time lie between these, as far as few are to be looked at
/// for that: a clock may have been set back, so that numbers do not tell it.
std::optional<std::pair<std::int64_t, std::int64_t>> numbers_of(SQLite::Database& database,
                                                                const char* when, UnixMs time) {
  SQLite::Statement query(database,
                          std::string("SELECT count(*), min(number), max(number) FROM (SELECT "
                                      "number FROM jobs INDEXED BY jobs_by_time WHERE created ") +
                              when + " ? LIMIT ?)");
  sql::bind(query, time, kMostLooked);
  query.executeStep();
  const auto count = static_cast<std::size_t>(query.getColumn(0).getInt64());
  if (count == kMostLooked) return std::nullopt;
  if (count == 0) return std::pair<std::int64_t, std::int64_t>{1, 0};
  return std::pair{query.getColumn(1).getInt64(), query.getColumn(2).getInt64()};
}

}  // namespace

NodeJobs::NodeJobs(SQLite::Database& database, const std::string& node, std::int64_t before)
    : node_(node),
      rows_(database,
            "SELECT number, job FROM tasks INDEXED BY tasks_of_node WHERE number >> 16 = ? AND "
            "node_name = ? AND number < ? AND job < ? ORDER BY number DESC"),
      before_(before),
      below_(first_task_from(database, before)),
      range_(below_ >> kRangeBits),
      lowest_(number_from(database, "SELECT min(number) FROM tasks") >> kRangeBits) {
  look_into_range();
}

void NodeJobs::look_into_range() { sql::bind(rows_, range_, node_, below_, before_); }

std::optional<std::int64_t> NodeJobs::next() {
  for (; range_ >= lowest_; look_into_range()) {
    if (rows_.executeStep()) return rows_.getColumn(1).getInt64();
    --range_;
  }
  return std::nullopt;
}

JobWalk::JobWalk(SQLite::Database& database, const JobFilter& filter, std::int64_t before,
                 std::size_t most)
    : filter_(filter), most_(most), place_(before), rows_(statement_for(database, filter)) {
  narrow(database);
  if (!filter_.node.empty()) {
    of_node_.emplace(database, filter_.node, place_);
  } else if (!filter_.operation.empty()) {
    sql::bind(rows_, filter_.operation, place_, lowest_, most_);
  } else if (!filter_.requested_by.empty()) {
    sql::bind(rows_, filter_.requested_by, place_, lowest_, most_);
  } else if (const auto outcome = outcome_in(filter_)) {
    sql::bind(rows_, static_cast<int>(*outcome), place_, lowest_, most_);
  } else {
    sql::bind(rows_, place_, lowest_, most_);
  }
}

void JobWalk::narrow(SQLite::Database& database) {
  if (filter_.job) {
    SQLite::Statement query(database, "SELECT number FROM jobs WHERE id = ?");
    sql::bind(query, *filter_.job);
    const bool found = query.executeStep();
    lowest_ = found ? query.getColumn(0).getInt64() : place_;
    if (found) place_ = std::min(place_, lowest_ + 1);
  }
  if (filter_.since > 0) {
    const auto numbers = numbers_of(database, ">=", filter_.since);
    if (numbers) lowest_ = std::max(lowest_, numbers->first);
    if (numbers) place_ = std::min(place_, numbers->second + 1);
  }
  if (filter_.until != std::numeric_limits<UnixMs>::max()) {
    const auto numbers = numbers_of(database, "<=", filter_.until);
    if (numbers) lowest_ = std::max(lowest_, numbers->first);
    if (numbers) place_ = std::min(place_, numbers->second + 1);
  }
}

std::optional<std::int64_t> JobWalk::next() { return of_node_ ? next_of_node() : next_by_index(); }

std::optional<std::int64_t> JobWalk::next_by_index() {
  while (!stopped() && rows_.executeStep()) {
    ++looked_;
    place_ = rows_.getColumn(0).getInt64();
    if (wanted(filter_, facts_from(rows_))) return place_;
  }
  return std::nullopt;
}

std::optional<std::int64_t> JobWalk::next_of_node() {
  while (!stopped()) {
    const auto number = of_node_->next();
    if (!number || *number < lowest_) return std::nullopt;
    ++looked_;
    place_ = *number;
    if (!asks_for_facts(filter_)) return place_;
    sql::bind(rows_, place_);
    if (rows_.executeStep() && wanted(filter_, facts_from(rows_))) return place_;
  }
  return std::nullopt;
}

}  // namespace muster::controller
