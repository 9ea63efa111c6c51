/// Which tasks of a job are shown together: those that ended alike, printed the same and found the
/// same. Plain functions, any thread.
#pragma once

#include <client/jobs.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace muster::cli {

struct TaskGroup {
  std::vector<std::string> nodes;  ///< their names, node-2 before node-10
  const client::Task* task;        ///< one of theirs, which stands for all; the job's. Of those
                                   ///< that are away the one that is given up first
};

/// They point into the job. The largest group first; of those that are as large the one with the
/// first name.
[[nodiscard]] std::vector<TaskGroup> groups_of(const client::Job& job);
/// Each task by itself, by the node's name.
[[nodiscard]] std::vector<TaskGroup> one_each(const client::Job& job);

/// What a task found, as far as it says something that is not said otherwise; null when nothing is
/// left. Of a program that is its exit code where no error tells it: what it found it printed, and
/// counts and times stand in --json.
[[nodiscard]] nlohmann::json told_result(const client::Job& job, const client::Task& task);

}  // namespace muster::cli
