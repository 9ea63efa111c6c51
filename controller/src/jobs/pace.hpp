/// How carefully a job goes: on how many nodes at once, after how many failures it stops, and when
/// whoever starts it has to say that they know how many nodes it is.
///
/// The rule: a dangerous operation on more than 10 nodes runs on at most a tenth of them at once
/// and stops at 5 % failures, unless told otherwise. Pure; [any].
#pragma once

#include <cstddef>
#include <optional>

#include "jobs/sample.hpp"

namespace muster::controller {

inline constexpr std::size_t kFewNodes = 10;  ///< on which a dangerous job needs no care

struct Pace {
  std::size_t at_once = 0;     ///< 0: all
  std::size_t max_failed = 0;  ///< it stops when so many have failed; 0: never
};

/// What was asked for, or else the rule.
[[nodiscard]] Pace pace_for(std::optional<SampleSize> at_once, std::optional<SampleSize> max_failed,
                            bool dangerous, std::size_t targets);

}  // namespace muster::controller
