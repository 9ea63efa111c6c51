/// Whether the gateway is the one that this node joined, and still lets the node's key in.
#pragma once

#include <chrono>
#include <muster/core/doctor/check.hpp>

#include "identity/identity.hpp"

namespace muster::agent {

/// Shakes hands with the gateway as the agent does, and says nothing more, so that an agent which
/// runs meanwhile keeps its session. Blocks for at most `within`.
[[nodiscard]] doctor::Check check_gateway_key(const Identity& identity,
                                              std::chrono::milliseconds within);

}  // namespace muster::agent
