#include <cstdint>
#include <muster/core/wire/text.hpp>

namespace muster::wire {
namespace {

/// The length of the character that begins at `rest`, 0 when none does. Overlong forms, surrogates
/// and numbers beyond Unicode are none.
std::size_t utf8_character(std::string_view rest) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4U : first >= 0xe0 ? 3U : 2U;
  if (first < 0xc2 || first > 0xf4 || rest.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const std::uint8_t second = byte(1);
  const bool bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                   (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return bad ? 0 : length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view cut_utf8(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xc0U) == 0x80) --end;
  return text.substr(0, end);
}

std::string fit_text(std::string_view text, std::size_t most) {
  std::string copy(cut_utf8(text, most));
  if (is_utf8(copy)) return copy;
  for (auto& character : copy) {
    if (static_cast<unsigned char>(character) >= 0x80) character = '?';
  }
  return copy;
}

}  // namespace muster::wire
