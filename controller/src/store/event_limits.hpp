/// How much of what happened a store keeps, however long the jobs are kept that it tells of (those
/// go by jobs/retention.hpp, and the events of their time with them). Each event that is appended
/// pushes out the oldest ones beyond these limits; the newest one always stays. [any]
#pragma once

#include <cstddef>
#include <cstdint>

namespace muster::controller {

struct EventLimits {
  std::uint64_t count = 1'000'000;
  std::uint64_t bytes = 1'000'000'000;  ///< of their types, subjects and data
};

/// Of one event that a node says, as JSON text; beyond it the data is left out.
inline constexpr std::size_t kMaxEventJson = std::size_t{128} << 10U;

}  // namespace muster::controller
