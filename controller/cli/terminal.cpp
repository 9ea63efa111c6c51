#include "terminal.hpp"

#include <sys/ioctl.h>
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

/// Bytes of the UTF-8 character that begins with `first`; 0 when none does.
std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/// A longer form than the character needs, a surrogate, or beyond Unicode: no UTF-8 either.
bool is_forged(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  const auto second = character.size() > 1 ? static_cast<unsigned char>(character[1]) : 0;
  return (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
         (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
}

/// Of the first character of `text`, or 1 for a byte that belongs to none.
std::size_t character_size(std::string_view text) {
  const auto length = sequence_length(static_cast<unsigned char>(text.front()));
  if (length == 0 || length > text.size()) return 1;
  const auto rest = text.substr(1, length - 1);
  const bool whole = std::all_of(rest.begin(), rest.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
  });
  return whole && !is_forged(text) ? length : 1;
}

/// No control character: neither one of ASCII nor U+0080 to U+009F, where terminals know short
/// forms of escape sequences, and no stray byte, which some take for one of those.
bool is_harmless(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) {
    return character == "\n" || character == "\t" || (first >= 0x20 && first < 0x7F);
  }
  return first != 0xC2 || static_cast<unsigned char>(character[1]) >= 0xA0;
}

}  // namespace

std::string clone_line(const std::string& name, const std::string& machine_id,
                       std::string_view refused) {
  return printable(name + ": another machine has this node's identity and was refused, last at ") +
         short_time(refused) + printable(" (machine id " + machine_id + ")") +
         "; remove its identity there and join it under a name of its own\n";
}

bool on_terminal(int fd) { return ::isatty(fd) == 1; }

std::size_t columns() {
  constexpr std::size_t kUsual = 80;
  constexpr std::size_t kNarrowest = 40;
  constexpr std::size_t kWidest = 120;  // longer lines are hard to read
  winsize size{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): how ioctl is declared
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return std::clamp<std::size_t>(size.ws_col, kNarrowest, kWidest);
}

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
  while (!text.empty()) {
    const auto size = character_size(text);
    safe += is_harmless(text.substr(0, size)) ? text.substr(0, size) : "?";
    text.remove_prefix(size);
  }
  return safe;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto size = character_size(text);
    if (size == 1 && static_cast<unsigned char>(text.front()) >= 0x80) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string take_printable(std::string& pending) {
  std::size_t whole = pending.size();
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, pending.size()); ++back) {
    const auto begin = pending.size() - back;
    const auto length = sequence_length(static_cast<unsigned char>(pending[begin]));
    if (length == 0) continue;  // in the middle of a character
    if (length > back) whole = begin;
    break;
  }
  auto safe = printable(std::string_view(pending).substr(0, whole));
  pending.erase(0, whole);
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
