/// What differs between two texts, as `diff -u` writes it. Pure.
///
/// The fewest changed lines where that is cheap; beyond the limit on changes the part between the
/// first and the last difference is shown as replaced as a whole, which is right but not short.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::plugin::system {

struct DiffLimits {
  int max_changes = 1000;                          ///< lines removed and added; costs its square
  std::size_t max_bytes = std::size_t{64} << 10U;  ///< of the result
};

struct Diff {
  std::string text;        ///< empty when nothing differs
  bool truncated = false;  ///< cut off after a whole line at the limit on bytes
};

[[nodiscard]] Diff unified_diff(const std::string& name, std::string_view before,
                                std::string_view after, const DiffLimits& limits = {});

}  // namespace muster::plugin::system
