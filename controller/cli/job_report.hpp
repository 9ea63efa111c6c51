/// The results of a job for people: nodes with the same outcome and the same output stand together.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "api_client.hpp"

namespace muster::cli {

/// Prints groups, largest first, then one line of counts. Fetches one body of output for each
/// group.
[[nodiscard]] CliResult<void> print_job(ApiClient& api, const nlohmann::json& job);

/// What is left to say when the output was shown live: whose output was cut and which tasks did not
/// end well, on standard error.
void print_troubles(const nlohmann::json& job);

}  // namespace muster::cli
