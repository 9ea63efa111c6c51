/// The agent as a program: builds its parts in order, runs, and takes them down in the reverse
/// order.
#pragma once

#include <muster/core/base/error.hpp>

#include "options.hpp"

namespace muster::agent {

/// Runs until SIGTERM or SIGINT. Blocks.
[[nodiscard]] Status run_agent(const RunOptions& options);

}  // namespace muster::agent
