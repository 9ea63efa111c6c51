/// Removes old jobs: those that ended long ago, and the oldest while more is kept than may be. And
/// old events: the log goes back as long, or to when the first job that is kept was made.
///
/// One per process, built in app.cpp; [loop]. It looks every kEvery and then removes step by step,
/// so that neither the loop nor the store's writer is held; other writes have their turn between
/// steps. What is open, or in memory for late news, stays. Its limits are on records and output; a
/// file of the database does not become smaller, its room is used again.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <muster/core/run/event_loop.hpp>
#include <optional>
#include <vector>

#include "events/event_log.hpp"
#include "jobs/believed_time.hpp"
#include "store/store.hpp"

namespace muster::controller {

inline constexpr std::chrono::hours kDefaultKeepJobs{24 * 30};
inline constexpr std::uint64_t kDefaultKeepBytes = 10'000'000'000;

/// The text of events may take keep_bytes / kEventShare, beside keep_bytes, so that neither a flood
/// of them takes the place of jobs nor the other way round.
inline constexpr std::uint64_t kEventShare = 10;

struct RetentionLimits {
  std::chrono::milliseconds keep_for = kDefaultKeepJobs;  ///< after the job's end
  std::uint64_t keep_bytes = kDefaultKeepBytes;
};

class Retention {
 public:
  static constexpr std::chrono::minutes kFirst{1};  ///< after the start, which has enough to do
  static constexpr std::chrono::minutes kEvery{10};

  /// References must outlive it; `in_memory` tells the jobs that stay for now.
  struct Parts {
    run::EventLoop& loop;
    Store& store;
    EventLog& events;
    log::Logger& log;
    std::function<std::vector<JobId>()> in_memory;
    RetentionLimits limits = {};
  };
  explicit Retention(Parts parts) : parts_(std::move(parts)) {}
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  /// Reads what time was believed last, and begins. Once.
  [[nodiscard]] Status load();

  [[nodiscard]] const RetentionLimits& limits() const { return parts_.limits; }
  /// Nothing goes for its age now: the clock jumped ahead and is not believed yet.
  [[nodiscard]] bool doubts_clock() const { return time_ && time_->doubts(); }

  // since the start
  [[nodiscard]] std::uint64_t removed_jobs() const { return removed_jobs_; }
  [[nodiscard]] std::uint64_t removed_bytes() const { return removed_bytes_; }
  [[nodiscard]] std::uint64_t removed_events() const { return removed_events_; }

 private:
  void look();
  [[nodiscard]] bool is_any_due(const RemovalRule& rule);
  void look_again(std::chrono::nanoseconds in);
  [[nodiscard]] UnixMs believe();
  [[nodiscard]] RemovalRule rule_at(UnixMs believed) const;
  void step(UnixMs believed);
  void on_removed(UnixMs believed, const Result<RemovedJobs>& removed);
  [[nodiscard]] UnixMs wall() const { return to_unix_ms(parts_.loop.clock().unix_now()); }

  Parts parts_;
  std::optional<BelievedTime> time_;
  UnixMs kept_time_ = 0;  // as the store has it
  bool failing_ = false;
  std::uint64_t removed_jobs_ = 0;
  std::uint64_t removed_bytes_ = 0;
  std::uint64_t removed_events_ = 0;
  run::Timer timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // the store may answer late
};

}  // namespace muster::controller
