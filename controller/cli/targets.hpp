/// Which nodes a command is for: --on SELECTOR, or -C with a target as Salt writes it.
#pragma once

#include <string>
#include <vector>

#include "arguments.hpp"

namespace muster::cli {

/// --on and -C, then the command's own options.
[[nodiscard]] std::vector<Option> with_targets(std::vector<Option> others);
/// "" when neither was given. Errors: Usage for both, an empty one, or a compound that cannot be
/// said in our words.
[[nodiscard]] CliResult<std::string> selector_of(const Arguments& arguments);
/// The same failure, pointing into what was typed behind -C where it points into what that became.
[[nodiscard]] Failure in_typed_words(Failure why, const Arguments& arguments);
/// A selector as it is typed: @FILE and @- stand for the nodes that are named there. Errors: as
/// selector_from_names().
[[nodiscard]] CliResult<std::string> selector_from(const std::string& typed);

/// For words that a command takes no more of, or which stand where none should: how it was probably
/// meant, when they look like the rest of a selector without quotes or of "50 %". "" otherwise.
[[nodiscard]] std::string hint_for_stray(const Arguments& arguments,
                                         const std::vector<std::string>& words);

/// On standard error, what the controller found strange about a selector.
void print_warnings(const std::vector<std::string>& warnings);

}  // namespace muster::cli
