/// The words of the targeting language. Private to the selector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace muster::selector {

enum class TokenKind : std::uint8_t {
  Word,
  Quoted,
  Open,
  Close,
  Comma,
  Colon,
  Equal,
  NotEqual,
  Less,
  AtMost,
  Greater,
  AtLeast,
  Matches,
  NotMatches,
  End
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::size_t offset = 0;
  std::string text;  ///< of Word, and of Quoted without quotes and escapes
};

struct Slip {
  std::size_t offset = 0;
  std::string sentence;
};

/// All tokens, an End at last.
[[nodiscard]] tl::expected<std::vector<Token>, Slip> read_tokens(std::string_view text);

/// Whether `text` is one Word that stands for itself: no pattern, and no range.
[[nodiscard]] bool is_plain_word(std::string_view text);

[[nodiscard]] bool is_ascii(std::string_view text);

}  // namespace muster::selector
