/// Time that stands still until the test moves it. Safe from several threads.
#pragma once

#include <atomic>
#include <muster/core/base/clock.hpp>

namespace muster::test {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] MonoTime mono_now() const override {
    return MonoTime(std::chrono::nanoseconds(nanoseconds_.load()));
  }
  [[nodiscard]] UnixTime unix_now() const override {
    return UnixTime(std::chrono::seconds(1'700'000'000) +
                    std::chrono::nanoseconds(nanoseconds_.load()));
  }
  void advance(std::chrono::nanoseconds by) { nanoseconds_ += by.count(); }

 private:
  std::atomic<std::int64_t> nanoseconds_{1'000'000'000};
};

}  // namespace muster::test
