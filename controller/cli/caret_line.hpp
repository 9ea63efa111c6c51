/// A text with a ^ under one place, for a terminal that is too narrow for it. Plain functions, any
/// thread.
#pragma once

#include <cstddef>
#include <string>

namespace muster::cli {

/// `message`, whose lines are in printable(), with each line that has only a ^ below it cut to so
/// many columns around that place, "..." where something is missing. With 0 there is no terminal
/// and nothing is cut.
[[nodiscard]] std::string fit_carets(const std::string& message, std::size_t columns);

}  // namespace muster::cli
