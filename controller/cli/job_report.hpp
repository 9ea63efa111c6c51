/// The results of a job for people.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "api_client.hpp"
#include "output_form.hpp"

namespace muster::cli {

/// A block for each group of nodes with the same outcome, output and result, the largest first;
/// with OutputForm::ByNode for each node, by name. Then one line of counts on standard error.
/// Fetches one body of output for each block.
[[nodiscard]] CliResult<void> print_job(ApiClient& api, const nlohmann::json& job, OutputForm form);

/// What the tasks found, each line after its node's name, for when their output was shown so.
void print_results(const nlohmann::json& job);

/// What is left to say when the output was shown live: whose output was cut and which tasks did not
/// end well, on standard error.
void print_troubles(const nlohmann::json& job);

}  // namespace muster::cli
