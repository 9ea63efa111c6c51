/// Small text files of the kernel and of /etc, and what stands in their lines.
///
/// Reading blocks for the file; everything else is pure. What cannot be read is empty: the caller
/// leaves out what it does not find.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::plugin::system {

inline constexpr std::size_t kMaxTextFile = std::size_t{4} << 20U;  // cpuinfo of a large machine

/// The file's text, cut off at about `max_bytes`.
[[nodiscard]] std::string text_of(const std::string& path, std::size_t max_bytes = kMaxTextFile);

[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::optional<std::string> if_any(std::string_view text);
/// The number at the beginning of the text.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view text);
[[nodiscard]] std::string_view unquoted(std::string_view text);
/// Split at blanks.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text);
/// For people and for the wire: what is no UTF-8 and what is no character to print becomes '?'.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t max_bytes);

/// Calls `take(line)` for each line, without its end.
template <class Take>
void for_each_line(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    take(line);
  }
}

/// Calls `take(key, value)` for each line "key<separator>value".
template <class Take>
void for_each_pair(std::string_view text, char separator, const Take& take) {
  for_each_line(text, [&](std::string_view line) {
    const auto at = line.find(separator);
    if (at != std::string_view::npos)
      take(trimmed(line.substr(0, at)), trimmed(line.substr(at + 1)));
  });
}

}  // namespace muster::plugin::system
