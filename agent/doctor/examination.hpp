/// Looks at this node from the agent's side: its identity, the way to the controller, the kernel.
///
/// Changes nothing, and needs no running agent. Blocks for as long as names, ports and the
/// controller take to answer (each at most 10 s).
#pragma once

#include <filesystem>
#include <muster/core/doctor/check.hpp>

namespace muster::agent {

/// In the order in which one thing needs the other. `state` is the agent's own directory.
[[nodiscard]] doctor::Checks examine_node(const std::filesystem::path& state);

}  // namespace muster::agent
