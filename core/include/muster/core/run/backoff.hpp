/// How long to wait before trying again: doubling from `first` to `most`, with full jitter.
///
/// Full jitter (a uniform draw from zero to the current bound) spreads a fleet that lost its
/// controller at one instant; see Brooker, "Exponential Backoff and Jitter", 2015. Plain value, one
/// thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace muster::run {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most, std::uint64_t seed)
      : first_(first), most_(most), bound_(first), random_(seed) {}

  /// The next wait; the bound doubles.
  [[nodiscard]] std::chrono::milliseconds next() {
    std::uniform_int_distribution<std::int64_t> draw(0, bound_.count());
    const std::chrono::milliseconds wait(draw(random_));
    bound_ = std::min(bound_ * 2, most_);
    return wait;
  }
  /// Back to `first`, after a success that lasted.
  void reset() { bound_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds most_;
  std::chrono::milliseconds bound_;
  std::mt19937_64 random_;
};

}  // namespace muster::run
