/// Looks at the way from this machine to the controller, and asks the controller what it finds.
///
/// Changes nothing. Blocks for as long as names, ports and the controller take to answer.
#pragma once

#include <muster/core/doctor/check.hpp>

#include "contexts.hpp"

namespace muster::cli {

/// In the order in which one thing needs the other; `access` as chosen_fleet() gave it.
[[nodiscard]] doctor::Checks check_fleet(const CliResult<FleetAccess>& access);

}  // namespace muster::cli
