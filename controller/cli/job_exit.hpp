/// What the end of a job means for a script: one exit code out of the job's counts and errors.
#pragma once

#include <client/jobs.hpp>

#include "failure.hpp"

namespace muster::cli {

/// Of a job with its tasks. The worst speaks: failed or cancelled before denied before
/// unreached. Check mode with changes pending, and nothing worse, is ChangesPending.
[[nodiscard]] Exit exit_of_job(const client::Job& job);

}  // namespace muster::cli
