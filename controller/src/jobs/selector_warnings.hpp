/// What a selector may have wrong although it parses: nodes and labels that do not exist, and nodes
/// that it cannot decide about.
///
/// [loop], as the fleet.
#pragma once

#include <string>
#include <vector>

#include "fleet/fleet.hpp"

namespace muster::controller {

/// Sentences; a few, as each name is looked up among all for one that is near. `unknown`: how many
/// nodes it cannot decide about, if that is to be told.
[[nodiscard]] std::vector<std::string> warnings_of(const Fleet& fleet,
                                                   const selector::Selector& selector,
                                                   std::size_t unknown);

}  // namespace muster::controller
