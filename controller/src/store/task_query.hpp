/// Which tasks somebody looks for, over all jobs, and how far a look goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/job_query.hpp"

namespace muster::controller {

/// Results above it are left out of lists of tasks, which would not fit into memory with them.
inline constexpr std::size_t kMostListedResult = 4096;

/// Where a list of tasks goes on: with those of the job at this place whose node's name comes after
/// this one, then with the jobs before it.
struct TaskPlace {
  std::uint64_t job = 0;
  std::string node;
};

struct TaskQuery {
  std::size_t limit = 100;
  JobFilter jobs;
  std::optional<TaskState> state;
  std::optional<TaskPlace> after;
  /// How a task stands of which the store knows no end; it may know less. Empty: as it is stored.
  std::function<TaskState(TaskId, TaskState)> now = {};
  std::size_t most_looked = kMostLooked;  ///< of jobs, and as many tasks
};

struct ListedTask {
  std::shared_ptr<const JobRecord> job;
  TaskRecord task;
};

struct TaskPage {
  std::vector<ListedTask> tasks;  ///< those of the job made last first, by node name in each
  std::optional<TaskPlace> next;  ///< as with JobPage
  std::size_t looked = 0;         ///< at tasks
};

}  // namespace muster::controller
