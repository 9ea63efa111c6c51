/// `muster-agent join` is a program of its own, so that the agent never loads an HTTP client.
#pragma once

#include <muster/core/base/error.hpp>
#include <string>
#include <vector>

namespace muster::agent {

/// Becomes muster-agent-join, which lies beside this program. Returns only when that fails.
[[nodiscard]] Error exec_join(const std::vector<std::string>& arguments);

}  // namespace muster::agent
