#include "task_groups.hpp"

#include <algorithm>
#include <map>

#include "node_names.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// What must be equal for two tasks to stand together: all that is shown of them.
std::string key_of(const json& job, const json& task) {
  json key{task.value("state", ""), told_result(job, task)};
  for (const auto& output : task.value("outputs", json::array())) {
    key.push_back({output.value("stream", ""), output.value("digest", "")});
  }
  if (task.at("error").is_object()) key.push_back(task.at("error").value("message", ""));
  return key.dump();
}

/// Of a program that ended well. Where it did not, the task's error says how.
json told_end(const json& end) {
  json told = json::object();
  if (end.value("exit_code", 0) != 0) told["exit_code"] = end.at("exit_code");
  if (end.contains("signal")) told["signal"] = end.at("signal");
  return told;
}

}  // namespace

json told_result(const json& job, const json& task) {
  auto result = task.value("result", json());
  if (result.is_object() && job.value("operation", "") == "system.exec") {
    result = task.at("error").is_object() ? json() : told_end(result);
  }
  return result.empty() ? json() : result;
}

std::vector<TaskGroup> groups_of(const json& job) {
  std::map<std::string, TaskGroup> by_key;
  for (const auto& task : job.at("tasks")) {
    auto& group = by_key[key_of(job, task)];
    if (group.nodes.empty()) group.task = task;
    group.nodes.push_back(task.value("node", ""));
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

std::vector<TaskGroup> one_each(const json& job) {
  std::vector<TaskGroup> groups;
  for (const auto& task : job.at("tasks")) groups.push_back({{task.value("node", "")}, task});
  std::sort(groups.begin(), groups.end(), [](const TaskGroup& one, const TaskGroup& other) {
    return comes_before(one.nodes.front(), other.nodes.front());
  });
  return groups;
}

}  // namespace muster::cli
