#include "workers.hpp"

#include <utility>

namespace muster::sdk::detail {

bool Workers::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    const bool needs_thread = idle_ <= queue_.size();
    if (needs_thread && threads_.size() == max_threads_ && queue_.size() >= max_waiting_ + idle_) {
      return false;
    }
    queue_.push_back(std::move(work));
    if (needs_thread && threads_.size() < max_threads_) {
      threads_.emplace_back([this] { work_until_stopped(); });
    }
  }
  changed_.notify_one();
  return true;
}

void Workers::finish() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (auto& thread : threads) thread.join();
  const std::lock_guard lock(mutex_);
  stopping_ = false;
}

void Workers::work_until_stopped() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it holds goes before the next wait, not after
    lock.lock();
  }
}

}  // namespace muster::sdk::detail
