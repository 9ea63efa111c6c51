/// What a node is, read from the files of a tree: its own root, or a fixture.
///
/// Blocks for small reads of /proc. Stateless. A fact whose file is missing or strange is left out.
#pragma once

#include <string>

#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] Facts read_facts(const std::string& root);

}  // namespace muster::plugin::system
