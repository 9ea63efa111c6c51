/// Lets one line of the log through in each minute, where a node could cause it without end.
///
/// Plain value; [loop].
#pragma once

#include <chrono>
#include <muster/core/base/clock.hpp>
#include <optional>

namespace muster::controller {

inline constexpr std::chrono::minutes kSeldom{1};

class Seldom {
 public:
  /// True at first, and then at most once in kSeldom.
  [[nodiscard]] bool due(MonoTime now) {
    if (last_ && now - *last_ < kSeldom) return false;
    last_ = now;
    return true;
  }

 private:
  std::optional<MonoTime> last_;
};

}  // namespace muster::controller
