#include "jobs/pace.hpp"

#include <algorithm>

namespace muster::controller {

Pace pace_for(std::optional<SampleSize> at_once, std::optional<SampleSize> max_failed,
              bool dangerous, std::size_t targets) {
  const bool careful = dangerous && targets > kFewNodes;
  Pace pace;
  if (at_once) {
    pace.at_once = at_once->of(targets);
  } else if (careful) {
    pace.at_once = std::max<std::size_t>(targets / 10, 1);
  }
  if (max_failed) {
    pace.max_failed = max_failed->of(targets);
  } else if (careful) {
    pace.max_failed = SampleSize{5, true}.of(targets);
  }
  return pace;
}

}  // namespace muster::controller
