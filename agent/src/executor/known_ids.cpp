#include "executor/known_ids.hpp"

#include <algorithm>
#include <functional>

namespace muster::agent {

void KnownIds::add(const TaskId& task, Known known) {
  if (!ids_.emplace(task, known).second) return;
  by_time_.emplace_back(known.until_ms, task);
  std::push_heap(by_time_.begin(), by_time_.end(), std::greater<>());
}

const KnownIds::Known* KnownIds::find(const TaskId& task) const {
  const auto found = ids_.find(task);
  return found == ids_.end() ? nullptr : &found->second;
}

void KnownIds::expire(std::int64_t now_ms) {
  while (!by_time_.empty() && by_time_.front().first < now_ms) {
    ids_.erase(by_time_.front().second);
    std::pop_heap(by_time_.begin(), by_time_.end(), std::greater<>());
    by_time_.pop_back();
  }
}

}  // namespace muster::agent
