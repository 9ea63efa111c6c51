/// Names of nodes, one on each line of a file or of standard input, as a selector.
#pragma once

#include <string>

#include "failure.hpp"

namespace muster::cli {

/// "node in (...)"; blank lines say nothing. `file` may be "-". Errors: Usage, with the line, for
/// what is no name; for none, and for more than one selector takes; as read_text_input().
[[nodiscard]] CliResult<std::string> selector_from_names(const std::string& file);

}  // namespace muster::cli
