/// Follows a job to its end: progress on standard error, output live where that can be read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "api_client.hpp"

namespace muster::cli {

enum class LiveOutput {
  None,      ///< the caller prints the results when the job is over
  RawIfOne,  ///< all the bytes as they come when the job has one node, else as None
  Prefixed   ///< lines with the node's name before them
};

/// Waits for the job's end and returns it. A broken stream is taken up again for as long as there
/// is Patience with a controller that is away. Errors tell how to come back to the job, which goes
/// on.
[[nodiscard]] CliResult<nlohmann::json> follow_job(ApiClient& api, const std::string& job_id,
                                                   LiveOutput output);

}  // namespace muster::cli
