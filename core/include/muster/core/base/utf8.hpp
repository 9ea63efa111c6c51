/// UTF-8, character by character. Plain functions, [any].
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace muster {

/// Bytes of the UTF-8 character that begins with `first`; 0 when none does.
[[nodiscard]] std::size_t sequence_length(unsigned char first);

/// Of the first character of `text`, which is not empty, or 1 for a byte that belongs to none.
[[nodiscard]] std::size_t character_size(std::string_view text);

/// The code point of one whole character, or U+FFFD for a byte that belongs to none.
[[nodiscard]] char32_t code_point(std::string_view character);

/// Which byte of `text`, counted from 1, is the first that belongs to no character; nothing when
/// all do.
[[nodiscard]] std::optional<std::size_t> first_stray_byte(std::string_view text);

/// Whole characters of UTF-8 and nothing else.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace muster
