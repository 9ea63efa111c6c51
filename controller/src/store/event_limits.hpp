/// How much of what happened a store keeps. Each event that is appended pushes out the oldest ones
/// beyond these limits; the newest one always stays. [any]
#pragma once

#include <cstddef>
#include <cstdint>

namespace muster::controller {

struct EventLimits {
  std::uint64_t count = 100'000;
  std::uint64_t bytes = std::uint64_t{256} << 20U;  ///< of their types, subjects and data
};

/// Of one event that a node says, as JSON text; beyond it the data is left out.
inline constexpr std::size_t kMaxEventJson = std::size_t{128} << 10U;

}  // namespace muster::controller
