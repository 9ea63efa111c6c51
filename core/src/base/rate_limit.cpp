#include <algorithm>
#include <muster/core/base/rate_limit.hpp>

namespace muster {

bool RateLimit::take(std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const std::chrono::duration<double> passed = now - filled_;
  filled_ = now;
  left_ = std::min(burst_, left_ + passed.count() * per_second_);
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

}  // namespace muster
