/// A few threads for work that blocks (disk syncs, slow system calls), kept off the loop.
///
/// One per program, built in app.cpp. The queue is bounded: submit() says no instead of growing.
/// The destructor finishes what was accepted, then joins.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <muster/core/base/error.hpp>
#include <mutex>
#include <thread>
#include <vector>

namespace muster::run {

class WorkerPool {
 public:
  WorkerPool(std::size_t threads, std::size_t max_queued);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `work` on some thread. Errors: ResourceExhausted when the queue is full; nothing was
  /// queued. [any]
  [[nodiscard]] Status submit(std::function<void()> work);

 private:
  void work_until_stopped();

  const std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;  // under mutex_
  bool stopping_ = false;                    // under mutex_
  std::vector<std::thread> threads_;
};

}  // namespace muster::run
