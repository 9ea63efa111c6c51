#include "yaml_slips.hpp"

#include <algorithm>
#include <vector>

namespace muster::config {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// Past the anchor, the tag and the comments before what they belong to.
std::size_t skip_properties(std::string_view text, std::size_t at) {
  for (;;) {
    at = text.find_first_not_of(kBlanks, at);
    if (at == std::string_view::npos) return text.size();
    if (text[at] == '#') {
      at = text.find('\n', at);
    } else if (text[at] == '&' || text[at] == '!') {
      at = text.find_first_of(kBlanks, at);
    } else {
      return at;
    }
    if (at == std::string_view::npos) return text.size();
  }
}

/// Of the scalar whose quote is at `opening`; none when nothing closes it.
std::optional<std::size_t> end_of_quoted(std::string_view text, std::size_t opening) {
  const char quote = text[opening];
  for (std::size_t at = opening + 1; at < text.size(); ++at) {
    const bool doubled = quote == '\'' && text.substr(at).starts_with("''");
    if (doubled || (quote == '"' && text[at] == '\\')) {
      ++at;
    } else if (text[at] == quote) {
      return at;
    }
  }
  return std::nullopt;
}

std::size_t line_start(std::string_view text, std::size_t offset) {
  const auto before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

bool has_colon(std::string_view line) {
  if (const auto end = line.find_last_not_of(kBlanks); end != std::string_view::npos) {
    line = line.substr(0, end + 1);
  }
  return line.ends_with(':') || line.find(": ") != std::string_view::npos;
}

struct Line {
  std::size_t content = 0;  ///< column of what follows the dashes of lists
  bool empty = false;
  bool first_of_item = false;
};

Line look_at(std::string_view line) {
  Line seen;
  seen.content = line.find_first_not_of(' ');
  while (seen.content != std::string_view::npos && line.substr(seen.content).starts_with("- ")) {
    seen.first_of_item = true;
    seen.content = line.find_first_not_of(' ', seen.content + 1);
  }
  seen.empty = seen.content == std::string_view::npos || line[seen.content] == '\r';
  return seen;
}

}  // namespace

std::optional<std::size_t> unclosed_quote(std::string_view text, std::size_t node) {
  const std::size_t opening = skip_properties(text, node);
  if (opening == text.size()) return std::nullopt;
  if (text[opening] != '"' && text[opening] != '\'') return std::nullopt;
  return end_of_quoted(text, opening) ? std::nullopt : std::optional(opening);
}

std::optional<std::size_t> unclosed_bracket(std::string_view text) {
  std::vector<std::size_t> open;
  char before = ' ';  // the last that is no blank
  for (std::size_t at = skip_properties(text, 0); at < text.size(); ++at) {
    const char byte = text[at];
    const bool begins = std::string_view("{[,:").find(before) != std::string_view::npos;
    if (kBlanks.find(byte) != std::string_view::npos) continue;
    if (byte == '{' || byte == '[') {
      open.push_back(at);
    } else if (open.empty()) {
      return std::nullopt;
    } else if (byte == '}' || byte == ']') {
      if (text[open.back()] != (byte == '}' ? '{' : '[')) return std::nullopt;
      open.pop_back();
    } else if (begins && (byte == '"' || byte == '\'')) {
      const auto end = end_of_quoted(text, at);
      if (!end) return std::nullopt;
      at = *end;
    } else if (byte == '#' && kBlanks.find(text[at - 1]) != std::string_view::npos) {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    before = byte;
  }
  return open.empty() ? std::nullopt : std::optional(open.back());
}

bool begins_line_with_scalar(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return false;
  const std::size_t start = line_start(text, offset);
  if (text.substr(start, offset - start).find_first_not_of(' ') != std::string_view::npos)
    return false;
  if (std::string_view("-?:").find(text[offset]) != std::string_view::npos) {
    return offset + 1 < text.size() && kBlanks.find(text[offset + 1]) == std::string_view::npos;
  }
  return std::string_view(",[]{}#&*!|>%@`").find(text[offset]) == std::string_view::npos;
}

std::optional<std::size_t> line_without_colon(std::string_view text, std::size_t colon) {
  std::size_t start = line_start(text, colon);
  const Line key = look_at(text.substr(start, colon - start));
  std::optional<std::size_t> found;
  if (key.first_of_item || has_colon(text.substr(start, colon - start))) return found;
  while (start > 0) {
    const std::size_t end = start - 1;
    start = line_start(text, end);
    const auto line = text.substr(start, end - start);
    const Line above = look_at(line);
    if (above.empty || above.content > key.content) continue;
    if (above.content < key.content || has_colon(line)) break;
    if (std::string_view("#\"'[{").find(line[above.content]) != std::string_view::npos) break;
    found = start + above.content;
    if (above.first_of_item) break;
  }
  return found;
}

}  // namespace muster::config
