#include <cstdint>
#include <muster/core/base/utf8.hpp>
#include <muster/core/wire/text.hpp>

namespace muster::wire {

bool is_utf8(std::string_view text) { return muster::is_utf8(text); }

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
