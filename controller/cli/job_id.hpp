/// Which job is meant: its id, or the beginning of it that no other job's id has.
#pragma once

#include <client/api_client.hpp>
#include <string>

#include "arguments.hpp"

namespace muster::cli {

/// The whole id. The controller is asked for a beginning, which has at least 4 characters, and not
/// for a whole one. Errors: MatchedNothing for what begins no id; Usage when several ids begin so,
/// with them; those of list_names.
[[nodiscard]] CliResult<std::string> whole_job_id(client::ApiClient& api, const std::string& typed);

/// The same of the one word that a command takes. Errors: also Usage for more or fewer.
[[nodiscard]] CliResult<std::string> named_job(client::ApiClient& api, const Arguments& arguments);

}  // namespace muster::cli
