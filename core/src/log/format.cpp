#include <array>
#include <cstdio>
#include <ctime>
#include <muster/core/log/logger.hpp>
#include <nlohmann/json.hpp>

namespace muster::log {
namespace {

std::string time_text(UnixTime time) {
  const auto ms = to_unix_ms(time);
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> fraction{};
  (void)std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(ms % 1000));
  return std::string(text.data(), length) + fraction.data();
}

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// Length of the UTF-8 character at `at` that may stand in a line as it is, or 0: control characters
// (also the C1 ones, which terminals obey), line separators and bytes that are no UTF-8 may not.
std::size_t printable_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7F ? 1 : 0;
  const std::size_t length = lead >= 0xF5   ? 0
                             : lead >= 0xF0 ? 4
                             : lead >= 0xE0 ? 3
                             : lead >= 0xC2 ? 2
                                            : 0;
  if (length == 0) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text, at + i)) return 0;
  }
  const auto second = static_cast<unsigned char>(text[at + 1]);
  if (lead == 0xC2 && second < 0xA0) return 0;
  const auto character = text.substr(at, length);
  return character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9" ? 0 : length;
}

void append_escaped(std::string& line, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
      ++at;
    } else if (const auto length = printable_length(text, at); length != 0) {
      line += text.substr(at, length);
      at += length;
    } else {
      std::array<char, 8> code{};
      (void)std::snprintf(code.data(), code.size(), "\\x%02x", static_cast<unsigned char>(c));
      line += c == '\n' ? "\\n" : c == '\t' ? "\\t" : code.data();
      ++at;
    }
  }
}

void append_value(std::string& line, std::string_view value) {
  std::string escaped;
  append_escaped(escaped, value);
  const bool plain = !value.empty() && escaped == value && value.find_first_of(" =") == value.npos;
  if (!plain) line += '"';
  line += escaped;
  if (!plain) line += '"';
}

std::string text_line(const Entry& entry) {
  std::string line = time_text(entry.time);
  line.append(" ").append(to_string(entry.level)).append(" ");
  append_escaped(line, entry.program);
  line += ": ";
  append_escaped(line, entry.sentence);
  for (const auto& [key, value] : entry.fields) {
    line += ' ';
    append_escaped(line, key);
    line += '=';
    append_value(line, value);
  }
  return line;
}

std::string json_line(const Entry& entry) {
  nlohmann::ordered_json line;
  line["time"] = time_text(entry.time);
  line["level"] = to_string(entry.level);
  line["program"] = entry.program;
  line["message"] = entry.sentence;
  auto& fields = line["fields"] = nlohmann::ordered_json::object();
  for (const auto& [key, value] : entry.fields) fields[key] = value;
  // Bytes that are no UTF-8 become U+FFFD: the line must stay JSON.
  return line.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

std::string format_line(const Entry& entry, Format format) {
  return format == Format::Json ? json_line(entry) : text_line(entry);
}

}  // namespace muster::log
