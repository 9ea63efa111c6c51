#include "pause.hpp"

#include <condition_variable>
#include <mutex>

namespace muster::plugin::system {

bool pause(const sdk::Call& call, std::chrono::milliseconds time) {
  const auto next = std::chrono::steady_clock::now() + time;
  const auto until = call.deadline();
  if (until && *until <= next) return false;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  const auto stop = call.cancelled();
  changed.wait_until(lock, stop, next, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace muster::plugin::system
