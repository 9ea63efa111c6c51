#include "terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <muster/core/base/utf8.hpp>

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

std::string_view environment(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program writes the environment
  const auto* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// What turns the direction of the text around it, so that a line reads as something else.
bool turns_text(char32_t character) {
  return (character >= 0x202A && character <= 0x202E) ||
         (character >= 0x2066 && character <= 0x2069);
}

/// No control character: neither one of ASCII nor U+0080 to U+009F, where terminals know short
/// forms of escape sequences, and no stray byte, which some take for one of those.
bool is_harmless(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) {
    return character == "\n" || character == "\t" || (first >= 0x20 && first < 0x7F);
  }
  return (first != 0xC2 || static_cast<unsigned char>(character[1]) >= 0xA0) &&
         !turns_text(code_point(character));
}

}  // namespace

std::string labels_text(const std::map<std::string, std::string>& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += " ";
    text += name;
    if (!value.empty()) text += "=" + value;
  }
  return printable(text);
}

std::string clone_text(const std::string& name, const std::string& machine_id,
                       std::string_view refused) {
  return printable(name + ": another machine has this node's identity and was refused, last at ") +
         short_time(refused) + printable(" (machine id " + machine_id + ")") +
         "; remove its identity there and join it under a name of its own";
}

bool takes_escapes() { return environment("TERM") != "dumb"; }

bool on_terminal(int fd) { return ::isatty(fd) == 1; }

std::size_t columns_of(int fd) {
  winsize size{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): how ioctl is declared
  if (!on_terminal(fd) || ::ioctl(fd, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

std::size_t columns() {
  constexpr std::size_t kUsual = 80;
  constexpr std::size_t kNarrowest = 40;
  constexpr std::size_t kWidest = 120;  // longer lines are hard to read
  const auto width = columns_of(STDOUT_FILENO);
  return width == 0 ? kUsual : std::clamp(width, kNarrowest, kWidest);
}

std::string coloured(std::string_view text, Colour colour) {
  static const bool wanted = on_terminal() && takes_escapes() && environment("NO_COLOR").empty();
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

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char byte) { return byte == '\n' || byte == '\t'; }, ' ');
  return text;
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

std::string short_time(std::string_view time) {
  if (time.empty()) return "-";
  if (time.size() != 24 || time[10] != 'T') return std::string(time);
  return std::string(time.substr(0, 10)) + " " + std::string(time.substr(11, 8)) + "Z";
}

}  // namespace muster::cli
