#include "strand.hpp"

#include <thread>
#include <utility>

namespace muster::plugins {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Strand::Strand() {
  std::thread([this] { work(); }).detach();
}

void Strand::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
}

std::chrono::milliseconds Strand::busy() const {
  const auto since = busy_since_ns_.load();
  if (since == 0) return std::chrono::milliseconds(0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::nanoseconds(now_ns() - since));
}

void Strand::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !queue_.empty(); });
    auto next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    busy_since_ns_ = now_ns();
    next();
    busy_since_ns_ = 0;
    lock.lock();
  }
}

}  // namespace muster::plugins
