/// Finds the command that the words name, runs it, prints its failure, and gives the exit code.
#pragma once

#include <string>
#include <vector>

namespace muster::cli {

[[nodiscard]] int run(const std::vector<std::string>& words);

}  // namespace muster::cli
