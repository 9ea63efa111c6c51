/// muster.events/1: what the plugin says has happened, held to the contract and handed on.
///
/// One per process; lives until the process ends. The functions of the table are [any] and copy
/// what they are given. Nothing is cut or replaced: an event leaves as the plugin gave it, or not
/// at all, and is counted then.
#pragma once

#include <muster/ext/events.h>

#include <functional>
#include <muster/core/base/rate_limit.hpp>
#include <muster/core/plugins/frames.hpp>
#include <set>
#include <string>
#include <vector>

namespace muster::plugins {

class EventTable {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr double kPerSecond = MUSTER_EVENTS_PER_SECOND;
  static constexpr double kBurst = MUSTER_EVENTS_BURST;

  struct Surroundings {
    std::function<void(const Event&)> send;
    std::function<void(const char* what)> count;  ///< "event_dropped", "event_refused"
    std::function<Clock::time_point()> now = [] { return Clock::now(); };
  };
  explicit EventTable(Surroundings around);
  EventTable(const EventTable&) = delete;
  EventTable& operator=(const EventTable&) = delete;

  /// What the manifest has, as START gives it; before the plugin gets the table.
  void declare(const std::vector<std::string>& types) { types_ = {types.begin(), types.end()}; }
  [[nodiscard]] const muster_events_v1* table() const { return &table_; }

 private:
  static EventTable& self(const muster_events_v1* events) {
    return *static_cast<EventTable*>(events->ctx);
  }
  [[nodiscard]] bool is_good(const muster_event* event) const;
  static muster_status emit(const muster_events_v1* events, const muster_event* event) noexcept;
  static muster_status subscribe(const muster_events_v1* events, muster_str type,
                                 uint64_t* subscription) noexcept;
  static muster_status unsubscribe(const muster_events_v1* events, uint64_t subscription) noexcept;

  const Surroundings around_;
  std::set<std::string, std::less<>> types_;  // constant once the instance is made
  RateLimit rate_{kPerSecond, kBurst};
  muster_events_v1 table_{};
};

}  // namespace muster::plugins
