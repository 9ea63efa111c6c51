/// The one thread on which an instance of a plugin is entered, one function after the other.
///
/// post() is [any]; the work runs in the order of posting. The thread lives as long as the process:
/// a plugin that hangs in it cannot be joined, only killed.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace muster::plugins {

class Strand {
 public:
  Strand();
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  void post(std::function<void()> work);
  /// For how long the current piece of work has been running; 0 when there is none. [any]
  [[nodiscard]] std::chrono::milliseconds busy() const;

 private:
  [[noreturn]] void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;     // under mutex_
  std::atomic<std::int64_t> busy_since_ns_{0};  // 0: idle
};

}  // namespace muster::plugins
