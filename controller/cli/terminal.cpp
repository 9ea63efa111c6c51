#include "terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace muster::cli {
namespace {

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::Dim:
      return "\x1b[2m";
    case Colour::Green:
      return "\x1b[32m";
    case Colour::Yellow:
      return "\x1b[33m";
    case Colour::Red:
      return "\x1b[31m";
    case Colour::Plain:
      break;
  }
  return "";
}

/// Code points, which is what a terminal shows of the text we print (names, states, numbers).
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 < cells.size()) line.append(widths[i] - width_of(cells[i]) + 2, ' ');
  }
  return line + "\n";
}

}  // namespace

bool on_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::string coloured(std::string_view text, Colour colour) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program writes the environment
  static const bool wanted = on_terminal() && std::getenv("NO_COLOR") == nullptr;
  if (!wanted || colour == Colour::Plain) return std::string(text);
  return std::string(code_of(colour)) + std::string(text) + "\x1b[0m";
}

Colour colour_of_state(std::string_view state) {
  if (state == "ok") return Colour::Green;
  if (state == "changed") return Colour::Yellow;
  if (state == "queued" || state == "delivered" || state == "accepted" || state == "running") {
    return Colour::Dim;
  }
  return Colour::Red;
}

std::string printable(std::string_view text) {
  std::string safe;
  for (const char character : text) {
    const auto value = static_cast<unsigned char>(character);
    const bool control = (value < 0x20 && character != '\n' && character != '\t') || value == 0x7F;
    safe += control ? '?' : character;
  }
  return safe;
}

std::string table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& cell : header) widths.push_back(width_of(cell));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text = coloured(line_of(header, widths), Colour::Dim);
  for (const auto& row : rows) text += line_of(row, widths);
  return text;
}

std::string short_time(std::string_view time) {
  if (time.empty()) return "-";
  if (time.size() != 24 || time[10] != 'T') return std::string(time);
  return std::string(time.substr(0, 10)) + " " + std::string(time.substr(11, 8)) + "Z";
}

}  // namespace muster::cli
