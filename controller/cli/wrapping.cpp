#include "wrapping.hpp"

#include <algorithm>
#include <muster/core/base/display_width.hpp>
#include <sstream>

namespace muster::cli {
namespace {

constexpr std::size_t kStep = 2;
constexpr std::size_t kMaxTermWidth = 24;  // a longer one gets a line of its own

}  // namespace

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::string lines;
  std::string line(indent, ' ');
  std::size_t columns = indent;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto needed = display_width(word);
    const bool first = columns == indent;
    if (!first && columns + 1 + needed > width) {
      lines += line + "\n";
      line.assign(indent, ' ');
      columns = indent;
    } else if (!first) {
      line += ' ';
      ++columns;
    }
    line += word;
    columns += needed;
  }
  return lines + line + "\n";
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
    text += std::string(indent, ' ') + term.name;
    const auto lines = wrapped(term.meaning, right, width);
    if (beside && columns <= widest) {
      text += std::string(widest - columns + kStep, ' ') + lines.substr(right);
    } else {
      text += "\n" + lines;
    }
  }
  return text;
}

}  // namespace muster::cli
