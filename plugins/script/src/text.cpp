#include "text.hpp"

#include <cstdint>

namespace muster::plugin::script {
namespace {

/// How many bytes the well-formed character at the beginning has; 0 for none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
  return overlong || beyond ? 0 : size;
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t most) {
  std::string clean;
  while (!text.empty()) {
    const auto size = character(text);
    const auto taken = size == 0 ? 1 : size;
    const auto first = static_cast<std::uint8_t>(text.front());
    const bool control = first == 0x7F || (first < 0x20 && first != '\n' && first != '\t');
    if (clean.size() + taken > most) break;
    if (size == 0 || control) {
      clean += '?';
    } else {
      clean.append(text.substr(0, size));
    }
    text.remove_prefix(taken);
  }
  return clean;
}

}  // namespace muster::plugin::script
