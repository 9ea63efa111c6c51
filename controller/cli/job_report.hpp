/// The results of a job for people.
#pragma once

#include <client/jobs.hpp>

#include "failure.hpp"
#include "output_form.hpp"

namespace muster::cli {

/// A block for each group of nodes with the same outcome, output and result, the largest first;
/// with OutputForm::ByNode for each node, by name. Then one line of counts on standard error.
/// Fetches one body of output for each block.
[[nodiscard]] CliResult<void> print_job(client::ApiClient& api, const client::Job& job,
                                        OutputForm form);

/// What the tasks found, each line after its node's name, for when their output was shown so.
void print_results(const client::Job& job);

/// What is left to say when the output was shown live: whose output was cut and which tasks did not
/// end well, on standard error.
void print_troubles(const client::Job& job);

}  // namespace muster::cli
