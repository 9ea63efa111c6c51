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

/// On standard error, what the controller found strange about a selector, if the answer says so.
void print_warnings(const nlohmann::json& answer);

}  // namespace muster::cli
