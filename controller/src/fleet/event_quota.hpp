/// How many events one node may have recorded: kMaxNodeEvents in each minute, the rest is counted.
///
/// Plain value, one of each node; [loop].
#pragma once

#include <chrono>
#include <cstdint>
#include <muster/core/base/clock.hpp>
#include <utility>

namespace muster::controller {

inline constexpr int kMaxNodeEvents = 60;
inline constexpr std::chrono::minutes kNodeEventWindow{1};

class EventQuota {
 public:
  [[nodiscard]] bool take(MonoTime now) {
    if (taken_ == 0 || now - since_ >= kNodeEventWindow) {
      since_ = now;
      taken_ = 0;
    }
    if (taken_ >= kMaxNodeEvents) {
      ++dropped_;
      return false;
    }
    ++taken_;
    return true;
  }
  /// How many found no room in windows that are over; told once.
  [[nodiscard]] std::uint64_t take_dropped(MonoTime now) {
    return now - since_ >= kNodeEventWindow ? std::exchange(dropped_, 0) : 0;
  }

 private:
  MonoTime since_{};
  int taken_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace muster::controller
