#include "csv.hpp"

#include <string_view>

namespace muster::cli {
namespace {

std::string quoted(const std::string& cell) {
  std::string text = "\"";
  for (const char c : cell) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

bool needs_quotes(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") != std::string::npos) return true;
  return !cell.empty() && (cell.front() == ' ' || cell.back() == ' ');
}

}  // namespace

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    line += needs_quotes(cells[i]) ? quoted(cells[i]) : cells[i];
  }
  return line + "\r\n";
}

std::string no_formula(std::string text) {
  constexpr std::string_view kBegins = "=+-@\t\r\n";
  if (!text.empty() && kBegins.find(text.front()) != std::string_view::npos) text.insert(0, "'");
  return text;
}

}  // namespace muster::cli
