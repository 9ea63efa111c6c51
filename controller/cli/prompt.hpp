/// Questions to whoever sits at the terminal. They are asked on standard error, and only there
/// where both it and standard input are a terminal. One thread; blocks.
#pragma once

#include <string>

#include "failure.hpp"

namespace muster::cli {

[[nodiscard]] bool can_ask();

/// The line that is typed, without being shown. Errors: Interrupted by Ctrl-C; Usage when nothing
/// can be read.
[[nodiscard]] CliResult<std::string> ask_secret(const std::string& question);

/// The line that is typed; "" when nothing can be read.
[[nodiscard]] std::string ask_line(const std::string& question);

/// Whether the answer is `yes`, in whole.
[[nodiscard]] bool ask_yes(const std::string& question);

}  // namespace muster::cli
