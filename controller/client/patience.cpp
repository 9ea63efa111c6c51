#include "client/patience.hpp"

#include <algorithm>
#include <thread>

namespace muster::client {

std::chrono::milliseconds Patience::next() {
  if (waited_ >= kInAll) return std::chrono::milliseconds(0);
  const auto pause = pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
  waited_ += pause;
  return pause;
}

bool Patience::wait() {
  const auto pause = next();
  std::this_thread::sleep_for(pause);
  return pause.count() > 0;
}

}  // namespace muster::client
