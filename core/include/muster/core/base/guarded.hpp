/// Data that can only be reached while its lock is held.
///
/// `guarded.with([](Queue& queue) { ... });` Keep the function short and never call out of it.
#pragma once

#include <mutex>
#include <utility>

namespace muster {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  /// Runs `use` on the value under the lock and returns what it returns. [any]
  template <class Use>
  decltype(auto) with(Use&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace muster
