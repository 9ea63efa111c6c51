#include "executor/replay.hpp"

#include <utility>

namespace muster::agent {

void Replay::add(BytesView bytes) {
  if (!status_) return;
  auto record = records::decode(bytes);
  if (!record) {
    status_ = tl::unexpected(record.error());
    return;
  }
  std::visit([this](auto&& one) { take(std::forward<decltype(one)>(one)); }, std::move(*record));
}

std::vector<RecoveredTask*> Replay::tasks_in_order() {
  std::vector<RecoveredTask*> all;
  all.reserve(tasks_.size());
  for (auto& [id, task] : tasks_) all.push_back(&task);
  std::sort(all.begin(), all.end(),
            [](const auto* one, const auto* other) { return one->order < other->order; });
  return all;
}

void Replay::take(records::Promise record) {
  auto spec = wire::decode_spec(record.spec);
  if (!spec) {
    status_ = fail(ErrorCode::Corrupt,
                   "the journal holds a task that cannot be read: " + spec.error().message);
    return;
  }
  saw(record.time_ms);
  highest_epoch_ = std::max(highest_epoch_, spec->epoch);
  const TaskId id = spec->task;
  tasks_[id] = {
      ++promises_, std::move(*spec), record.idempotent, 1, record.started ? record.time_ms : 0, {},
      {}};
}

void Replay::take(const records::Start& record) {
  saw(record.time_ms);
  const auto found = tasks_.find(record.task);
  if (found == tasks_.end()) return;
  found->second.attempt = record.attempt;
  found->second.started_ms = record.time_ms;
}

void Replay::take(const records::Cancel& record) {
  const auto found = tasks_.find(record.task);
  if (found != tasks_.end()) found->second.cancel = record.reason;
}

void Replay::take(records::End record) {
  saw(record.result.ended_ms);
  const auto found = tasks_.find(record.result.task);
  if (found != tasks_.end()) found->second.end = std::move(record);
}

void Replay::take(const records::Known& record) {
  if (const auto found = tasks_.find(record.task); found != tasks_.end()) {
    if (!found->second.spec.arguments.empty()) over_.insert(found->second.spec.operation);
    tasks_.erase(found);
  }
  known_[record.task] = {record.state, record.until_ms};
}

void Replay::take(const records::Clock& record) {
  saw(record.time_ms);
  highest_epoch_ = std::max(highest_epoch_, record.epoch);
  clock_ = record;
}

}  // namespace muster::agent
