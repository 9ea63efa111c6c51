#include "wrapping.hpp"

#include <algorithm>
#include <muster/core/base/display_width.hpp>
#include <sstream>
#include <string_view>

#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kStep = 2;
constexpr std::size_t kMaxTermWidth = 24;  // a longer one gets a line of its own

/// Without the escape sequences of coloured().
std::size_t shown_width(std::string_view text) {
  std::size_t width = 0;
  for (;;) {
    const auto escape = text.find("\x1b[");
    width += display_width(text.substr(0, escape));
    const auto end = escape == std::string_view::npos ? escape : text.find('m', escape);
    if (end == std::string_view::npos) return width;
    text.remove_prefix(end + 1);
  }
}

/// Takes from `text` what no line is broken in: a word, or a part of one that is wider than `room`.
std::string_view take_unbroken(std::string_view& text, std::size_t room) {
  auto word = text.substr(0, text.find(' '));
  const auto end = word.find_first_of("|,");
  if (end != std::string_view::npos && shown_width(word) > room) word = word.substr(0, end + 1);
  text.remove_prefix(word.size());
  return word;
}

std::string take_blanks(std::string_view& text) {
  const auto count = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(count);
  return std::string(count, ' ');
}

std::string fitted_line(std::string_view line, std::size_t indent, std::size_t width) {
  if (width == 0 || shown_width(line) <= width) return std::string(line);
  auto text = take_blanks(line);
  auto columns = text.size();
  std::string blanks;  // before the next word
  for (bool first = true; !line.empty(); blanks = take_blanks(line)) {
    const auto word = take_unbroken(line, width - std::min(indent, width));
    const auto needed = shown_width(word);
    if (!first && columns + blanks.size() + needed > width) {
      text += "\n" + std::string(indent, ' ');
      columns = indent;
    } else {
      text += blanks;
      columns += blanks.size();
    }
    text += word;
    columns += needed;
    first = false;
  }
  return text;
}

std::size_t widest_word(std::string_view text) {
  std::size_t widest = 0;
  while (!text.empty()) {
    (void)take_blanks(text);
    widest = std::max(widest, shown_width(take_unbroken(text, 0)));
  }
  return widest;
}

/// With one blank between them.
std::string words_of(const std::string& text) {
  std::string line;
  std::istringstream words(text);
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

}  // namespace

std::string fitted(const std::string& text, std::size_t indent, std::size_t width) {
  std::string whole;
  for (std::string_view rest = text;;) {
    const auto end = rest.find('\n');
    whole += fitted_line(rest.substr(0, end), indent, width);
    if (end == std::string_view::npos) return whole;
    whole += '\n';
    rest.remove_prefix(end + 1);
  }
}

std::string entry(const std::string& name, const std::string& text, std::size_t at,
                  std::size_t width) {
  const auto value = one_line(text);
  const auto used = shown_width(name);
  if (width > 0 && at + widest_word(value) > width) {
    const auto below = std::min(name.find_first_not_of(' '), name.size()) + kStep;
    return (name.empty() ? "" : name + "\n") +
           fitted(std::string(below, ' ') + value, below, width) + "\n";
  }
  return fitted(name + std::string(used < at ? at - used : 0, ' ') + value, at, width) + "\n";
}

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  return fitted(std::string(indent, ' ') + words_of(text), indent, width) + "\n";
}

std::string terms_text(const std::vector<Term>& terms, std::size_t width, std::size_t indent) {
  std::size_t widest = 0;
  for (const auto& term : terms) {
    const auto columns = display_width(term.name);
    if (columns <= kMaxTermWidth) widest = std::max(widest, columns);
  }
  // On a narrow terminal nothing would be left for the right side.
  const bool beside = indent + widest + kStep + kMaxTermWidth <= width;
  const auto right = beside ? indent + widest + kStep : indent + kStep;
  std::string text;
  for (const auto& term : terms) {
    const auto columns = display_width(term.name);
    text += fitted(std::string(indent, ' ') + term.name, indent + kStep, width);
    const bool too_wide = right + widest_word(words_of(term.meaning)) > width;
    const auto lines = wrapped(term.meaning, too_wide ? indent + kStep : right, width);
    if (beside && columns <= widest && !too_wide) {
      text += std::string(widest - columns + kStep, ' ') + lines.substr(right);
    } else {
      text += "\n" + lines;
    }
  }
  return text;
}

}  // namespace muster::cli
