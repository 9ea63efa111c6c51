#include <algorithm>
#include <muster/core/base/utf8.hpp>

namespace muster {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// A longer form than the character needs, a surrogate, or beyond Unicode: no UTF-8 either.
bool is_forged(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  const auto second = character.size() > 1 ? static_cast<unsigned char>(character[1]) : 0;
  return (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
         (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
}

}  // namespace

std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

std::size_t character_size(std::string_view text) {
  const auto length = sequence_length(static_cast<unsigned char>(text.front()));
  if (length == 0 || length > text.size()) return 1;
  const auto rest = text.substr(1, length - 1);
  const bool whole = std::all_of(rest.begin(), rest.end(), continues);
  return whole && !is_forged(text) ? length : 1;
}

char32_t code_point(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x80 ? char32_t{first} : char32_t{0xFFFD};
  char32_t point = first & (0xFFU >> (character.size() + 1));
  for (const char byte : character.substr(1)) {
    point = (point << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  return point;
}

std::optional<std::size_t> first_stray_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto size = character_size(text.substr(at));
    if (size == 1 && static_cast<unsigned char>(text[at]) >= 0x80) return at + 1;
    at += size;
  }
  return std::nullopt;
}

bool is_utf8(std::string_view text) { return !first_stray_byte(text); }

}  // namespace muster
