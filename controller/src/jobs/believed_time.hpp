/// What the removal of old records believes about the time: the clock's word, except after a jump.
///
/// A controller whose clock says 2099 one day must not remove all that it knows. So a clock that is
/// further ahead than a day, against what was believed last and the time that has passed since, is
/// not believed before the process has run for a day in which it went on as evenly as the monotonic
/// clock. Meanwhile only what has surely passed counts. Who keeps now() in the store and gives it
/// back at the next start keeps the guard over restarts. A clock that was set back is believed at
/// once: too little is removed then. A plain value; [loop].
#pragma once

#include <muster/core/base/clock.hpp>
#include <optional>

#include "store/records.hpp"

namespace muster::controller {

class BelievedTime {
 public:
  static constexpr std::chrono::hours kJump{24};   ///< so far ahead is believed
  static constexpr std::chrono::hours kProof{24};  ///< beyond it, after so long
  static constexpr std::chrono::hours kUneven{1};  ///< a second jump, within that

  /// `last` is what was believed before the start.
  BelievedTime(UnixMs last, MonoTime mono) : believed_(last), looked_(mono) {}

  /// Never after `wall`.
  UnixMs now(UnixMs wall, MonoTime mono);
  /// Whether the last now() did not believe the clock.
  [[nodiscard]] bool doubts() const { return doubt_.has_value(); }

 private:
  struct Doubt {
    UnixMs wall;
    MonoTime since;
  };
  UnixMs believed_;
  MonoTime looked_;
  std::optional<Doubt> doubt_;
};

}  // namespace muster::controller
