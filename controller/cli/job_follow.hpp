/// Follows a job to its end: progress on standard error, output live where that can be read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "api_client.hpp"

namespace muster::cli {

enum class LiveOutput {
  None,     ///< the caller prints the results when the job is over
  Raw,      ///< the bytes as they come, for a job on one node
  Prefixed  ///< lines with the node's name before them
};

/// Waits for the job's end and returns it. Ctrl-C detaches: it prints how to come back and leaves
/// the program with Exit::Interrupted, while the job goes on. A broken stream is taken up again as
/// long as the controller answers.
[[nodiscard]] CliResult<nlohmann::json> follow_job(ApiClient& api, const std::string& job_id,
                                                   LiveOutput output);

}  // namespace muster::cli
