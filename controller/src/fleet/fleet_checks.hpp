/// What `muster doctor` says of the fleet as the controller sees it. [loop]
#pragma once

#include <muster/core/doctor/check.hpp>

#include "fleet/fleet.hpp"

namespace muster::controller {

/// Gateways, presence, clones, versions of agents, states of plugins. Each sentence names at most
/// five nodes.
[[nodiscard]] doctor::Checks check_fleet(const Fleet& fleet);

}  // namespace muster::controller
