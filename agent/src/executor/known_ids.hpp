/// Ids of tasks that are over and acknowledged, kept so that none of them ever runs again.
///
/// Owned by the TaskTable; one thread. An id goes when its task's latest possible end has passed,
/// after 7 days at the most: by then the task would be refused for being late.
#pragma once

#include <cstdint>
#include <muster/core/base/ids.hpp>
#include <muster/core/wire/task_state.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

namespace muster::agent {

class KnownIds {
 public:
  static constexpr std::int64_t kMostMs = std::int64_t{7} * 24 * 3600 * 1000;

  struct Known {
    wire::TaskState state = wire::TaskState::Unknown;
    std::int64_t until_ms = 0;
  };

  explicit KnownIds(std::size_t most) : most_(most) {}

  void add(const TaskId& task, Known known);
  /// Null when it is not known (any more).
  [[nodiscard]] const Known* find(const TaskId& task) const;
  void expire(std::int64_t now_ms);
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] bool full(std::size_t besides) const { return ids_.size() + besides >= most_; }
  [[nodiscard]] const std::unordered_map<TaskId, Known>& all() const { return ids_; }

 private:
  std::size_t most_;
  std::unordered_map<TaskId, Known> ids_;
  std::vector<std::pair<std::int64_t, TaskId>> by_time_;  // a heap, the earliest first
};

}  // namespace muster::agent
