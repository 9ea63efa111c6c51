/// The operations on packages of the distribution, whichever manager it has.
///
/// Each blocks for its programs, on a worker. Stateless: who may change packages is decided by the
/// manager's own lock.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>

#include "node.hpp"
#include "package_manager.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<PackageStatusResult> package_status(
    const sdk::Call& call, const Node& node, const PackageStatusArguments& arguments);

/// `update`: read the lists anew before; never in check mode.
[[nodiscard]] sdk::Answer<PackageChanges> change_packages(const sdk::Call& call, const Node& node,
                                                          PackageRequest request, bool update);

}  // namespace muster::plugin::system
