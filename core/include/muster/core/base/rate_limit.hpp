/// A bucket that fills by `per_second` up to `burst`. [any]
#pragma once

#include <chrono>
#include <mutex>

namespace muster {

class RateLimit {
 public:
  RateLimit(double per_second, double burst)
      : per_second_(per_second), burst_(burst), left_(burst) {}
  [[nodiscard]] bool take() { return take(std::chrono::steady_clock::now()); }
  [[nodiscard]] bool take(std::chrono::steady_clock::time_point now);

 private:
  std::mutex mutex_;
  const double per_second_;
  const double burst_;
  double left_;
  std::chrono::steady_clock::time_point filled_{};  // long ago: it begins full
};

}  // namespace muster
