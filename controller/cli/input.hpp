/// What stands in a file, or comes on standard input, that a word names as @FILE or @-.
///
/// Plain functions, one thread; they block as long as the input does.
#pragma once

#include <cstddef>
#include <string>

#include "failure.hpp"

namespace muster::cli {

/// What people call it: the file's name, "standard input" for "-".
[[nodiscard]] std::string input_name(const std::string& file);

/// Its bytes, of whatever kind. Errors: Usage for a file that cannot be read, for more than
/// `max_bytes`, and for standard input when it was read before, because nothing is left of it.
[[nodiscard]] CliResult<std::string> read_input(const std::string& file, std::size_t max_bytes);

/// The same of what must be UTF-8. Errors: also Usage, with the place of the first byte that is
/// not.
[[nodiscard]] CliResult<std::string> read_text_input(const std::string& file,
                                                     std::size_t max_bytes);

}  // namespace muster::cli
