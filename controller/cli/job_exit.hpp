/// What the end of a job means for a script: one exit code out of the job's counts and errors.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "failure.hpp"

namespace muster::cli {

/// Of a whole Job (controller/api.md). The worst speaks: failed or cancelled before denied before
/// unreached. Check mode with changes pending, and nothing worse, is ChangesPending.
[[nodiscard]] Exit exit_of_job(const nlohmann::json& job);

}  // namespace muster::cli
