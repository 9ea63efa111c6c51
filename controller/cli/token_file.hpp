/// Files that hold an operator's token, alone or with other things: nobody else may read them.
///
/// Functions only; they block.
#pragma once

#include <filesystem>
#include <string>

#include "failure.hpp"

namespace muster::cli {

inline constexpr std::size_t kMaxTokenBytes = 4096;

/// The whole file. Errors: Usage when it cannot be read, is larger than `max_bytes`, or when its
/// group or others may read or write it; a pipe, such as of <(pass show fleet), is anybody's who
/// made it.
[[nodiscard]] CliResult<std::string> read_private_file(const std::filesystem::path& path,
                                                       std::size_t max_bytes);

/// The token in `text`, without white space around it. Errors: Usage, saying what `where` holds
/// instead of one.
[[nodiscard]] CliResult<std::string> token_in(const std::string& text, const std::string& where);

}  // namespace muster::cli
