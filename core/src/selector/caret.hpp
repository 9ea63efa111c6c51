/// A line of text with a caret under one place, as a terminal shows it. Private to the selector.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::selector {

/// Two lines: `text` and, below the character at byte `offset` (or behind the last one), a "^".
/// Counts display columns (display_width.hpp): two for wide characters, none for combining ones.
/// What would move the cursor or change the terminal is shown as a space or "?"; of a long text
/// only the part around the place is shown.
[[nodiscard]] std::string point_at(std::string_view text, std::size_t offset);

}  // namespace muster::selector
