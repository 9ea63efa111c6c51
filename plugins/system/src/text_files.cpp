#include "text_files.hpp"

#include <fcntl.h>

#include <array>
#include <cctype>
#include <charconv>
#include <muster/sdk/descriptor.hpp>

#include "content.hpp"

namespace muster::plugin::system {

std::string text_of(const std::string& path, std::size_t max_bytes) {
  std::string text;
  const sdk::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return text;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while (text.size() < max_bytes &&
         (count = ::read(file.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<std::string> if_any(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                         text.back() == text.front();
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<std::string_view> words;
  for (;;) {
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    words.push_back(text.substr(0, text.find_first_of(kBlanks)));
    text.remove_prefix(words.back().size());
  }
}

std::string printable(std::string_view bytes, std::size_t max_bytes) {
  std::string text(bytes.substr(0, max_bytes));
  // A character that was cut in two is no UTF-8 either: up to three bytes of it are left.
  for (int i = 0; i < 3 && bytes.size() > max_bytes && !is_text(text); ++i) text.pop_back();
  const bool is_utf8 = is_text(text);
  for (auto& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_utf8)) c = '?';
  }
  return text;
}

}  // namespace muster::plugin::system
