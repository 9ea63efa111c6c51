/// The controller's time on this node: what WELCOME said plus what the boot clock counted since.
///
/// One per agent, everything is [loop]. It never runs backwards and never falls below the highest
/// time in the journal, so that setting a clock back does not bring an expired task to life. The
/// boot clock goes on while the machine sleeps.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

namespace muster::agent {

class ControllerTime {
 public:
  /// Milliseconds since boot, suspended time included. [any]
  using BootClock = std::function<std::int64_t()>;
  [[nodiscard]] static std::int64_t boot_now_ms();

  ControllerTime(BootClock boot_clock, std::string boot_id)
      : boot_clock_(std::move(boot_clock)), boot_id_(std::move(boot_id)) {}

  /// From WELCOME or HEARTBEAT_ACK.
  void set(std::int64_t controller_ms) {
    base_ms_ = controller_ms - boot_clock_();
    known_ = true;
  }
  /// From the journal. A pair of times of this boot makes the time known before any WELCOME.
  void restore(std::int64_t controller_ms, const std::string& boot_id, std::int64_t boot_ms) {
    raise(controller_ms);
    if (boot_id.empty() || boot_id != boot_id_) return;
    base_ms_ = controller_ms - boot_ms;
    known_ = true;
  }
  void raise(std::int64_t at_least_ms) { floor_ms_ = std::max(floor_ms_, at_least_ms); }

  /// False until somebody told; now_ms() is then only a lower bound.
  [[nodiscard]] bool known() const { return known_; }
  [[nodiscard]] std::int64_t now_ms() {
    if (known_) raise(base_ms_ + boot_clock_());
    return floor_ms_;
  }
  [[nodiscard]] const std::string& boot_id() const { return boot_id_; }
  [[nodiscard]] std::int64_t boot_ms() const { return boot_clock_(); }

 private:
  BootClock boot_clock_;
  std::string boot_id_;
  std::int64_t base_ms_ = 0;
  std::int64_t floor_ms_ = 0;
  bool known_ = false;
};

}  // namespace muster::agent
