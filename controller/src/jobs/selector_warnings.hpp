/// What a selector may have wrong although it parses: nodes and labels that do not exist, what it
/// leaves out and no node is, and nodes that it cannot decide about.
///
/// [loop], as the fleet.
#pragma once

#include <string>
#include <vector>

#include "fleet/fleet.hpp"

namespace muster::controller {

using Unknown = std::vector<const Node*>;  ///< nodes that a selector cannot decide about

/// Sentences; a few, as each name is looked up among all for one that is near. `unknown`: the nodes
/// that are left out, if that is to be told.
[[nodiscard]] std::vector<std::string> warnings_of(const Fleet& fleet,
                                                   const selector::Selector& selector,
                                                   const Unknown& unknown);

/// And that it means the whole fleet, where it does not look so; of more than ten nodes. For what
/// is about to run.
[[nodiscard]] std::vector<std::string> warnings_of_job(const Fleet& fleet,
                                                       const selector::Selector& selector,
                                                       const Unknown& unknown);

/// Sentences about bounds that are no number where the first of `unknown` have one ("8gigs").
[[nodiscard]] std::vector<std::string> wrong_bounds(const Fleet& fleet,
                                                    const selector::Selector& selector,
                                                    const Unknown& unknown);

}  // namespace muster::controller
