/// Which job is meant: its id, or the beginning of it that no other job's id has.
#pragma once

#include <string>

#include "api_client.hpp"

namespace muster::cli {

/// The whole id. The controller is asked for a beginning, which has at least 4 characters, and not
/// for a whole one. Errors: MatchedNothing for what begins no id; Usage when several ids begin so,
/// with them; those of ApiClient::get.
[[nodiscard]] CliResult<std::string> whole_job_id(ApiClient& api, const std::string& typed);

}  // namespace muster::cli
