/// How many events one node may have recorded: kMaxNodeEvents in each minute, the rest is counted.
///
/// Plain value, one of each node; [loop].
#pragma once

#include <chrono>
#include <cstdint>
#include <muster/core/base/clock.hpp>
#include <optional>
#include <utility>

namespace muster::controller {

inline constexpr int kMaxNodeEvents = 60;
inline constexpr std::chrono::minutes kNodeEventWindow{1};

class EventQuota {
 public:
  [[nodiscard]] bool take(MonoTime now) {
    open_window(now);
    if (taken_ >= kMaxNodeEvents) {
      ++dropped_;
      return false;
    }
    ++taken_;
    return true;
  }
  /// One that is not recorded whatever room there is.
  void refuse(MonoTime now) {
    open_window(now);
    ++dropped_;
  }
  /// How many were not recorded in windows that are over; each is told once.
  [[nodiscard]] std::uint64_t take_dropped(MonoTime now) {
    if (is_over(now)) untold_ += std::exchange(dropped_, 0);
    return std::exchange(untold_, 0);
  }

 private:
  [[nodiscard]] bool is_over(MonoTime now) const {
    return !since_ || now - *since_ >= kNodeEventWindow;
  }
  // Keeps what the last window dropped: a flood opens the next one before anybody asks.
  void open_window(MonoTime now) {
    if (!is_over(now)) return;
    untold_ += std::exchange(dropped_, 0);
    since_ = now;
    taken_ = 0;
  }

  std::optional<MonoTime> since_;
  int taken_ = 0;
  std::uint64_t dropped_ = 0;  // in this window
  std::uint64_t untold_ = 0;   // in those before
};

}  // namespace muster::controller
