/// What could stand for an argument of an operation, from what its plugin declares.
#pragma once

#include <string>
#include <vector>

#include "complete_names.hpp"

namespace muster::cli {

/// `words` are the operation and the arguments before this one.
[[nodiscard]] Completion complete_argument(const std::vector<std::string>& words,
                                           const std::string& typed, const Names& names);

}  // namespace muster::cli
