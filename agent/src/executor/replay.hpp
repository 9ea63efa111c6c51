/// From the records of the journal to what the agent knew when it stopped.
///
/// Used once, while the journal opens. It decides nothing: what a started task without an end
/// becomes is the TaskTable's business.
#pragma once

#include <algorithm>
#include <cstdint>
#include <muster/core/base/error.hpp>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "executor/known_ids.hpp"
#include "executor/records.hpp"

namespace muster::agent {

struct RecoveredTask {
  std::uint64_t order = 0;  ///< of its promise among those in the journal
  wire::TaskSpec spec;
  bool idempotent = false;
  std::uint32_t attempt = 1;
  std::int64_t started_ms = 0;  ///< 0: promised, not started
  std::optional<wire::CancelReason> cancel;
  std::optional<records::End> end;
};

class Replay {
 public:
  /// One record, oldest first. After a failure the others are ignored.
  void add(BytesView record);
  /// Errors: Corrupt when a record made no sense.
  [[nodiscard]] const Status& status() const { return status_; }

  [[nodiscard]] std::unordered_map<TaskId, RecoveredTask>& tasks() { return tasks_; }
  /// The same, in the order in which they were accepted; they live as long as the replay.
  [[nodiscard]] std::vector<RecoveredTask*> tasks_in_order();
  [[nodiscard]] const std::unordered_map<TaskId, KnownIds::Known>& known() const { return known_; }
  /// The operations of tasks that are over and whose arguments the journal still holds.
  [[nodiscard]] const std::set<std::string>& over() const { return over_; }
  [[nodiscard]] const records::Clock& clock() const { return clock_; }  ///< the last one
  [[nodiscard]] std::uint64_t highest_epoch() const { return highest_epoch_; }
  [[nodiscard]] std::int64_t highest_time_ms() const { return highest_time_ms_; }

 private:
  void take(records::Promise record);
  void take(const records::Start& record);
  void take(const records::Cancel& record);
  void take(records::End record);
  void take(const records::Known& record);
  void take(const records::Clock& record);
  void saw(std::int64_t time_ms) { highest_time_ms_ = std::max(highest_time_ms_, time_ms); }

  Status status_;
  std::unordered_map<TaskId, RecoveredTask> tasks_;
  std::unordered_map<TaskId, KnownIds::Known> known_;
  std::set<std::string> over_;
  records::Clock clock_;
  std::uint64_t promises_ = 0;
  std::uint64_t highest_epoch_ = 0;
  std::int64_t highest_time_ms_ = 0;
};

}  // namespace muster::agent
