/// The names in a fleet that begin alike, few enough to choose from: for completion.
///
/// Values only; collect_names() is [loop] because it reads the nodes, and takes milliseconds for
/// ten thousand of them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/node.hpp"

namespace muster::controller {

/// What is to be named.
struct NamesWanted {
  enum class Kind { Node, Label, Fact } kind = Kind::Node;
  std::string of;      ///< a label or fact whose values are wanted, or empty for their own names
  std::string prefix;  ///< with which they begin
};

struct Name {
  std::string text;
  std::size_t count = 0;  ///< of the nodes that have it; when cut, of the names that begin so
  bool cut = false;       ///< it is only a beginning, which several names share
};

/// Each name that is wanted, and how many nodes have it.
using NameCounts = std::map<std::string_view, std::size_t>;

/// Lives until the nodes change.
[[nodiscard]] NameCounts collect_names(const std::vector<const Node*>& nodes,
                                       const NamesWanted& wanted);

/// At most `limit` (1 or more) of them. When there are more, they are cut to the length at which
/// so many can still be told apart, as a list of folders stands for the files in them: nothing is
/// left out. Never cuts into a character of UTF-8.
[[nodiscard]] std::vector<Name> few_names(const NameCounts& names, std::size_t limit);

}  // namespace muster::controller
