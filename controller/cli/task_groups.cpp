#include "task_groups.hpp"

#include <algorithm>
#include <map>

#include "node_names.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// What must be equal for two tasks to stand together: all that is shown of them.
std::string key_of(const client::Job& job, const client::Task& task) {
  json key{task.state, told_result(job, task)};
  for (const auto& output : task.outputs) key.push_back({output.stream, output.digest});
  if (task.error) key.push_back(task.error->message);
  if (task.away) key.push_back(true);  // its times are of the one that stands for all
  return key.dump();
}

/// Times that are written alike sort like texts.
bool ends_sooner(const client::Task& one, const client::Task& other) {
  return one.away && other.away && one.away->until < other.away->until;
}

/// Of a program that ended well. Where it did not, the task's error says how.
json told_end(const json& end) {
  json told = json::object();
  if (end.value("exit_code", 0) != 0) told["exit_code"] = end.at("exit_code");
  if (end.contains("signal")) told["signal"] = end.at("signal");
  return told;
}

}  // namespace

json told_result(const client::Job& job, const client::Task& task) {
  auto result = *task.result;
  if (result.is_object() && job.operation == "system.exec") {
    result = task.error ? json() : told_end(result);
  }
  return result.empty() ? json() : result;
}

std::vector<TaskGroup> groups_of(const client::Job& job) {
  std::map<std::string, TaskGroup> by_key;
  for (const auto& task : job.tasks) {
    auto& group = by_key[key_of(job, task)];
    if (group.nodes.empty() || ends_sooner(task, *group.task)) group.task = &task;
    group.nodes.push_back(task.node);
  }
  std::vector<TaskGroup> groups;
  for (auto& [key, group] : by_key) {
    std::sort(group.nodes.begin(), group.nodes.end(), comes_before);
    groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end(), [](const TaskGroup& one, const TaskGroup& other) {
    if (one.nodes.size() != other.nodes.size()) return one.nodes.size() > other.nodes.size();
    return comes_before(one.nodes.front(), other.nodes.front());
  });
  return groups;
}

std::vector<TaskGroup> one_each(const client::Job& job) {
  std::vector<TaskGroup> groups;
  for (const auto& task : job.tasks) groups.push_back({{task.node}, &task});
  std::sort(groups.begin(), groups.end(), [](const TaskGroup& one, const TaskGroup& other) {
    return comes_before(one.nodes.front(), other.nodes.front());
  });
  return groups;
}

}  // namespace muster::cli
