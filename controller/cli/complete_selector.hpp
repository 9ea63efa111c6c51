/// What could go on a selector that is being typed.
#pragma once

#include <string>
#include <vector>

#include "complete_names.hpp"

namespace muster::cli {

/// Each candidate is the whole text with its last word finished: after "role=web and no" there is
/// "role=web and not ".
[[nodiscard]] std::vector<Candidate> complete_selector(const std::string& text, const Names& names);

}  // namespace muster::cli
