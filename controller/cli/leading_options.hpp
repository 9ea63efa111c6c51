/// The options that nearly every command has and that may stand before it, as in
/// `muster --context prod status`. Plain functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "arguments.hpp"

namespace muster::cli {

/// --context, --json and --no-pager.
[[nodiscard]] std::vector<Option> leading_options();

struct LedWords {
  std::vector<std::string> leading;  ///< options, each with its value
  std::vector<std::string> rest;     ///< beginning with the first word that is none
};

/// An option whose value is missing is the last of the rest.
[[nodiscard]] LedWords split_leading(const std::vector<std::string>& words);

}  // namespace muster::cli
