/// How many columns of a terminal a text takes: none for a combining character, two for a wide one.
///
/// Text is one line without control characters. The widths are the C library's, in the locale
/// C.UTF-8; where that is missing every character takes one column. Plain functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` where it fits into so many columns, else as much of it as does with an ellipsis.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace muster
