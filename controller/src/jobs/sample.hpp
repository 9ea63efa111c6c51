/// Some of the nodes that a selector means, chosen by a seed: the same seed chooses the same nodes,
/// and a larger sample holds the smaller one, as long as the fleet is the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/node.hpp"

namespace muster::controller {

inline constexpr std::size_t kMaxSeed = 64;  ///< bytes

/// "5", or "5%", which is rounded up: of any nodes it is one at least.
struct SampleSize {
  std::uint64_t number = 0;
  bool percent = false;

  [[nodiscard]] std::size_t of(std::size_t all) const;
};

/// Nothing but for a whole number from 1 on, or 1% to 100%.
[[nodiscard]] std::optional<SampleSize> parse_sample_size(std::string_view text);

/// What remains stands in the order that it had. It is chosen by SHA-256 over the seed and each
/// node's id.
void keep_sample(std::vector<const Node*>& nodes, SampleSize size, const std::string& seed);

}  // namespace muster::controller
