/// The tasks of many jobs: who ran what, where, when and with what result.
#pragma once

#include "client/jobs.hpp"

namespace muster::client {

/// A task with what is to be known of its job.
struct ListedTask {
  std::string id;
  std::string job;
  std::string operation;
  std::string selector;
  bool check = false;
  std::string requested_by;
  std::string created;  ///< when the job was made
  std::string node;     ///< its name when the job was made
  std::string node_id;
  std::string state;
  std::uint64_t attempt = 1;
  std::string started;  ///< empty: not yet, here and below
  std::string ended;
  std::optional<int> exit_code;  ///< of the program that it ran
  std::optional<TaskError> error;
  std::vector<TaskOutput> outputs;
  Json told;
};

struct TaskQuery {
  JobFilter jobs = {};
  std::string job = {};         ///< of this one alone
  std::string task_state = {};  ///< those that are in this state
  std::uint64_t limit = 1000;   ///< how many at most; the API gives no more at once
  std::string cursor = {};      ///< `next` of the page before
};

/// Those of the newest job first, by node in each.
[[nodiscard]] Result<Page<ListedTask>> list_tasks(ApiClient& api, const TaskQuery& query);

}  // namespace muster::client
