/// What a node may be called: one rule for the agent, which says it, and the controller. [any]
#pragma once

#include <muster/core/base/error.hpp>
#include <string_view>

namespace muster::wire {

/// Errors: InvalidArgument with the rule.
[[nodiscard]] Status check_node_name(std::string_view name);

}  // namespace muster::wire
