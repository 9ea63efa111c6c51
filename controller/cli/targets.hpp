/// Which nodes a command is for: --on SELECTOR, or -C with a target as Salt writes it.
#pragma once

#include <string>
#include <vector>

#include "api_client.hpp"
#include "arguments.hpp"
#include "paged_list.hpp"

namespace muster::cli {

/// --on and -C, then the command's own options.
[[nodiscard]] std::vector<Option> with_targets(std::vector<Option> others);
/// "" when neither was given. Errors: Usage for both, an empty one, or a compound that cannot be
/// said in our words.
[[nodiscard]] CliResult<std::string> selector_of(const Arguments& arguments);

/// The nodes that a selector means (all when it is empty), by name, page by page.
[[nodiscard]] PagedList nodes_that_match(const std::string& selector);
/// All of them as {"nodes": [...]}.
[[nodiscard]] CliResult<nlohmann::json> matching_nodes(ApiClient& api, const std::string& selector);

}  // namespace muster::cli
