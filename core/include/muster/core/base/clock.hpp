/// The two times a process lives by, behind an interface so that tests own them.
///
/// One SystemClock per process, built in main() and handed down by reference. All methods are
/// [any].
#pragma once

#include <chrono>
#include <cstdint>

namespace muster {

using MonoTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using UnixTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  /// For deadlines and intervals: never jumps.
  [[nodiscard]] virtual MonoTime mono_now() const = 0;
  /// For records and people: may be set back by an administrator.
  [[nodiscard]] virtual UnixTime unix_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] MonoTime mono_now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] UnixTime unix_now() const override { return std::chrono::system_clock::now(); }
};

/// Milliseconds since 1970, as times travel on the wire and stand in the store; 0 means "not yet".
[[nodiscard]] inline std::int64_t to_unix_ms(UnixTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace muster
