#include "caret_line.hpp"

#include <algorithm>
#include <muster/core/base/display_width.hpp>
#include <muster/core/base/utf8.hpp>
#include <sstream>
#include <vector>

namespace muster::cli {
namespace {

constexpr const char* kMissing = "...";
constexpr std::size_t kMissingColumns = 3;
constexpr std::size_t kNarrowest = 12;  // columns: in fewer nothing can be shown

/// Blanks and a ^ at the end.
bool is_caret(const std::string& line) {
  return !line.empty() && line.back() == '^' && line.find_first_not_of(' ') == line.size() - 1;
}

/// The text without its first `columns` columns.
std::string_view without(std::string_view text, std::size_t columns) {
  for (std::size_t gone = 0; gone < columns && !text.empty();) {
    const auto size = character_size(text);
    gone += display_width(text.substr(0, size));
    text.remove_prefix(size);
  }
  return text;
}

/// As much of the text as fits.
std::string_view beginning(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t taken = 0; bytes < text.size();) {
    const auto size = character_size(text.substr(bytes));
    taken += display_width(text.substr(bytes, size));
    if (taken > columns) break;
    bytes += size;
  }
  return text.substr(0, bytes);
}

/// Cuts `text` and moves `caret` along.
void fit(std::string& text, std::string& caret, std::size_t columns) {
  if (display_width(text) <= columns && caret.size() <= columns) return;
  const auto place = caret.size() - 1;
  std::string_view rest = text;
  std::string line;
  if (const auto before = columns * 2 / 3; place > before) {
    // A wide character that is cut in two goes as a whole.
    const auto right = display_width(without(text, place));
    rest = without(text, place - before + kMissingColumns);
    line = kMissing;
    caret = std::string(kMissingColumns + display_width(rest) - right, ' ') + "^";
  }
  if (display_width(line) + display_width(rest) > columns) {
    line += beginning(rest, columns - display_width(line) - kMissingColumns);
    line += kMissing;
  } else {
    line += rest;
  }
  text = line;
}

}  // namespace

std::string fit_carets(const std::string& message, std::size_t columns) {
  if (columns == 0) return message;
  std::vector<std::string> lines;
  std::istringstream in(message);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i + 1 < lines.size() && is_caret(lines[i + 1])) {
      fit(lines[i], lines[i + 1], std::max(columns, kNarrowest));
    }
    text += (i == 0 ? "" : "\n") + lines[i];
  }
  return text;
}

}  // namespace muster::cli
