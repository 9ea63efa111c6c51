/// `muster-agent join` and `muster-agent doctor` are programs of their own, so that the agent never
/// loads an HTTP client.
#pragma once

#include <muster/core/base/error.hpp>
#include <string>
#include <vector>

namespace muster::agent {

/// Becomes `program`, which lies beside this one. Returns only when that fails.
[[nodiscard]] Error become(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace muster::agent
