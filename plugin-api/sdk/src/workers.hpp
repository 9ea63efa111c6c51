/// The threads of one plugin instance, started one by one as calls need them, never before.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace muster::sdk::detail {

class Workers {
 public:
  Workers(std::size_t max_threads, std::size_t max_waiting)
      : max_threads_(max_threads), max_waiting_(max_waiting) {}
  ~Workers() { finish(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Runs `work` on some thread; false when all are busy and as many wait as may. [any]
  [[nodiscard]] bool submit(std::function<void()> work);

  /// Does what was accepted, then joins; may be used again afterwards. [strand]
  void finish();

 private:
  void work_until_stopped();

  const std::size_t max_threads_;
  const std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;  // under mutex_
  std::size_t idle_ = 0;                     // under mutex_
  bool stopping_ = false;                    // under mutex_
  std::vector<std::thread> threads_;         // under mutex_
};

}  // namespace muster::sdk::detail
