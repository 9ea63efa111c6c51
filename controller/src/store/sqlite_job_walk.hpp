/// The numbers of jobs that a filter wants, the latest made first, by the index that leads to them:
/// no row of the table of jobs is read. Everything throws what SQLite throws.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "store/job_query.hpp"

namespace muster::controller {

/// The jobs with a task of one node, through the ranges of task numbers, of which there are few:
/// one for 65,536 tasks.
class NodeJobs {
 public:
  /// Those with a number below `before`.
  NodeJobs(SQLite::Database& database, const std::string& node, std::int64_t before);
  /// Nothing when there are no more.
  [[nodiscard]] std::optional<std::int64_t> next();

 private:
  void look_into_range();

  std::string node_;
  SQLite::Statement rows_;
  std::int64_t before_ = 0;  // the job's number
  std::int64_t below_ = 0;   // the task's number
  std::int64_t range_ = 0;   // of task numbers
  std::int64_t lowest_ = 0;  // range
};

class JobWalk {
 public:
  /// Through jobs with a number below `before`, at most `most` of them. The filter must outlive it.
  JobWalk(SQLite::Database& database, const JobFilter& filter, std::int64_t before,
          std::size_t most);

  /// The number of the next one that is wanted; nothing when there are no more, or so many were
  /// looked at as may be.
  [[nodiscard]] std::optional<std::int64_t> next();
  [[nodiscard]] std::size_t looked() const { return looked_; }
  /// Whether there may be more that it did not look at.
  [[nodiscard]] bool stopped() const { return looked_ >= most_; }
  /// The number of the one that was looked at last.
  [[nodiscard]] std::int64_t place() const { return place_; }

 private:
  [[nodiscard]] std::optional<std::int64_t> next_of_node();
  [[nodiscard]] std::optional<std::int64_t> next_by_index();
  void narrow(SQLite::Database& database);

  const JobFilter& filter_;
  std::size_t most_;
  std::size_t looked_ = 0;
  std::int64_t place_;
  std::int64_t lowest_ = 0;  // numbers below it are not wanted
  std::optional<NodeJobs> of_node_;
  SQLite::Statement rows_;
};

}  // namespace muster::controller
