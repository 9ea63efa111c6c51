/// Names of nodes in the order in which people count, and many of them in short: node-[1-12].
///
/// The short form is one of the selector language (core/docs/selector.md): `node:node-[1-12]`
/// matches exactly the names that it stands for, whatever others there are. Plain functions, any
/// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster::cli {

/// node-2 before node-10.
[[nodiscard]] bool comes_before(std::string_view name, std::string_view other);

/// Names that differ in their numbers only, or one.
struct FoldedNames {
  std::string text;       ///< "node-[1-12]", "web1"
  std::size_t count = 0;  ///< of names
};

/// Each name is in exactly one; in the order of their first names. With zeros before them numbers
/// keep them: 08, 09 and 10 are [08-10].
[[nodiscard]] std::vector<FoldedNames> folded(std::vector<std::string> names);

/// "node-[1-12], web1" in printable(), as much as fits a few lines, and how many more there are.
/// `total`: how many there are when `names` are only some of them.
[[nodiscard]] std::string names_text(const std::vector<std::string>& names, std::size_t total = 0);

}  // namespace muster::cli
