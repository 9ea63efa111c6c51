/// Which jobs a command is for, by the options that the lists of jobs and of their tasks share.
#pragma once

#include <client/jobs.hpp>
#include <vector>

#include "arguments.hpp"

namespace muster::cli {

/// --node, --operation, --by, --state, --since and --until, then the command's own options.
[[nodiscard]] std::vector<Option> with_job_filters(std::vector<Option> others);

/// What they say. Errors: Usage for one that is empty, a state that there is not, or what is no
/// time.
[[nodiscard]] CliResult<client::JobFilter> job_filter(const Arguments& arguments);

}  // namespace muster::cli
