#include "jobs/retention.hpp"

#include <cstdlib>
#include <muster/core/log/logger.hpp>
#include <utility>

namespace muster::controller {
namespace {

constexpr UnixMs kKeepTimeEvery = 3'600'000;  // in the store: a commit each time

}  // namespace

Status Retention::load() {
  const auto last = parts_.store.believed_time();
  if (!last) return tl::unexpected(last.error());
  kept_time_ = *last;
  time_.emplace(*last == 0 ? wall() : *last, parts_.loop.clock().mono_now());
  look_again(kFirst);
  return {};
}

void Retention::look_again(std::chrono::nanoseconds in) {
  timer_ = parts_.loop.after(in, [this] { look(); });
}

UnixMs Retention::believe() {
  const bool doubted = doubts_clock();
  const auto believed = time_->now(wall(), parts_.loop.clock().mono_now());
  if (doubts_clock() && !doubted) {
    parts_.log.warn(
        "the clock is more than a day ahead of what it was, removing no job for its age before it "
        "has gone on evenly for a day",
        {{"ahead_seconds", (wall() - believed) / 1000}});
  }
  if (std::abs(believed - kept_time_) >= kKeepTimeEvery) {
    // One that is not stored is only older, and the next try follows.
    parts_.store.keep_believed_time(
        believed, [this, believed, alive = std::weak_ptr(alive_)](const Status& kept) {
          if (!alive.expired() && kept) kept_time_ = believed;
        });
  }
  return believed;
}

void Retention::look() {
  const auto believed = believe();
  if (is_any_due(rule_at(believed))) return step(believed);
  look_again(kEvery);
}

RemovalRule Retention::rule_at(UnixMs believed) const {
  const auto& limits = parts_.limits;
  return {believed - limits.keep_for.count(), limits.keep_bytes, parts_.in_memory(), wall()};
}

bool Retention::is_any_due(const RemovalRule& rule) {
  const auto kept = parts_.store.kept_jobs();
  if (!kept) return false;
  const bool job =
      kept->oldest != 0 && (kept->oldest < rule.ended_before || kept->bytes > rule.max_bytes);
  const auto oldest = parts_.store.events_after(0, 2);  // the newest stays
  const bool event =
      oldest && oldest->size() == 2 && oldest->front().time < events_kept_from(rule, *kept);
  return job || event;
}

void Retention::step(UnixMs believed) {
  parts_.store.remove_jobs(rule_at(believed), [this, believed, alive = std::weak_ptr(alive_)](
                                                  const Result<RemovedJobs>& removed) {
    if (!alive.expired()) on_removed(believed, removed);
  });
}

void Retention::on_removed(UnixMs believed, const Result<RemovedJobs>& removed) {
  if (!removed) {
    if (!std::exchange(failing_, true)) {
      parts_.log.error("old jobs cannot be removed, retrying",
                       {{"reason", removed.error().message}});
    }
    return look_again(kEvery);
  }
  failing_ = false;
  removed_jobs_ += removed->jobs;
  removed_bytes_ += removed->bytes;
  removed_events_ += removed->events;
  if (removed->jobs > 0) parts_.events.stored_more();
  if (removed->jobs > 0 || removed->events > 0) {
    parts_.log.debug(
        "old records were removed",
        {{"jobs", removed->jobs}, {"bytes", removed->bytes}, {"events", removed->events}});
  }
  // What others have asked for meanwhile goes first.
  if (removed->more)
    return parts_.loop.post([this, believed, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) step(believed);
    });
  look_again(kEvery);
}

}  // namespace muster::controller
