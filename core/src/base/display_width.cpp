#include <clocale>
#include <cwchar>
#include <muster/core/base/display_width.hpp>
#include <muster/core/base/utf8.hpp>

namespace muster {
namespace {

constexpr const char* kEllipsis = "…";  // one column

/// For this thread, while it lives: what a character's width is depends on the locale.
class Utf8Locale {
 public:
  Utf8Locale() : before_(::uselocale(made())) {}
  ~Utf8Locale() { ::uselocale(before_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  static locale_t made() {
    static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;  // where there is none, that changes nothing
  }
  locale_t before_;
};

std::size_t columns_of_character(std::string_view character) {
  const int width = ::wcwidth(static_cast<wchar_t>(code_point(character)));
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

/// The bytes at the beginning of `text` that fit, with the combining characters that follow them.
std::size_t fitting(std::string_view text, std::size_t columns) {
  const Utf8Locale locale;
  std::size_t taken = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const auto size = character_size(text.substr(bytes));
    taken += columns_of_character(text.substr(bytes, size));
    if (taken > columns) break;
    bytes += size;
  }
  return bytes;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  const Utf8Locale locale;
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto size = character_size(text);
    columns += columns_of_character(text.substr(0, size));
    text.remove_prefix(size);
  }
  return columns;
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (fitting(text, columns) == text.size()) return std::string(text);
  if (columns == 0) return {};
  return std::string(text.substr(0, fitting(text, columns - 1))) + kEllipsis;
}

}  // namespace muster
