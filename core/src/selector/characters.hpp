/// Which characters beyond ASCII may stand where in a selector. Private to the selector.
#pragma once

#include <string>
#include <string_view>

namespace muster::selector {

/// Of a word: letters, marks and digits of any script. No punctuation and no symbols, which may
/// look like those that have a meaning here.
[[nodiscard]] bool is_letter_beyond_ascii(char32_t point);

/// Controls but for blanks, and what turns the direction of writing or has no shape at all: with it
/// a selector would not be what it looks like.
[[nodiscard]] bool is_unseen(char32_t point);

/// "U+202E"
[[nodiscard]] std::string name_of(char32_t point);

}  // namespace muster::selector
