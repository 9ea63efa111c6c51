#include "metrics_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <vector>

namespace muster::agent {
namespace {

bool is_name_char(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         (!first && c >= '0' && c <= '9');
}

/// The text from its beginning, piece by piece.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : rest_(line) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view name() {
    std::size_t end = 0;
    while (end < rest_.size() && is_name_char(rest_[end], end == 0)) ++end;
    return cut(end);
  }
  std::string_view word() { return cut(std::min(rest_.find_first_of(" \t"), rest_.size())); }
  /// What stands between quotes, as it is written; false when it is not well-formed.
  bool quoted(std::string_view& text) {
    if (!take('"')) return false;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        text = cut(i);
        return take('"');
      }
      if (rest_[i] == '\\' && (++i == rest_.size() || !std::strchr("\\\"n", rest_[i]))) break;
    }
    return false;
  }

 private:
  std::string_view cut(std::size_t size) {
    const auto piece = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return piece;
  }
  std::string_view rest_;
};

/// Reads `{a="b",...}`, and appends to `out` what stands between the braces.
bool take_labels(Scanner& scanner, bool rename_plugin, std::string& out) {
  std::vector<std::string> seen;
  while (scanner.skip_blanks(), !scanner.take('}')) {
    std::string name(scanner.name());
    std::string_view value;
    scanner.skip_blanks();
    if (name.empty() || name.find(':') != name.npos || !scanner.take('=')) return false;
    scanner.skip_blanks();
    if (!scanner.quoted(value)) return false;
    if (rename_plugin && name == "plugin") name = "exported_plugin";
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) return false;
    if (!out.empty()) out += ',';
    out.append(name).append("=\"").append(value).append("\"");
    seen.push_back(std::move(name));
    scanner.skip_blanks();
    if (!scanner.take(',') && !scanner.rest().starts_with('}')) return false;
  }
  return true;
}

bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && text.find('(') == text.npos && parsed.ec != std::errc::invalid_argument &&
         parsed.ptr == text.data() + text.size();
}

bool is_time(std::string_view text) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

bool is_type(std::string_view type) {
  constexpr std::array<std::string_view, 5> kTypes{"counter", "gauge", "histogram", "summary",
                                                   "untyped"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

/// How many bytes the character that begins so has; 0 for none.
std::size_t character_size(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// A page that is not UTF-8 is refused as a whole by those who read it.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto at = [&](std::size_t k) { return static_cast<std::uint8_t>(text[k]); };
    const auto size = character_size(at(i));
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((at(i + k) & 0xc0U) != 0x80) return false;
    }
    if ((at(i) == 0xe0 && at(i + 1) < 0xa0) || (at(i) == 0xed && at(i + 1) > 0x9f)) return false;
    if ((at(i) == 0xf0 && at(i + 1) < 0x90) || (at(i) == 0xf4 && at(i + 1) > 0x8f)) return false;
    i += size;
  }
  return true;
}

}  // namespace

bool MetricsText::take_comment(std::string_view line, Families& families) {
  Scanner scanner(line.substr(1));
  scanner.skip_blanks();
  const auto keyword = scanner.word();
  if (keyword != "HELP" && keyword != "TYPE") return true;
  scanner.skip_blanks();
  const std::string name(scanner.name());
  if (name.empty() || (!scanner.done() && !scanner.rest().starts_with(' '))) return false;
  scanner.skip_blanks();
  auto& family = families[name];
  if (keyword == "HELP") {
    if (family.help.empty()) family.help = scanner.rest();
    return true;
  }
  if (!is_type(scanner.rest()) || !family.type.empty() || !family.samples.empty()) return false;
  family.type = scanner.rest();
  return true;
}

MetricsText::Family& MetricsText::family_of(std::string_view sample, Families& families) {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!sample.ends_with(suffix)) continue;
    const auto found = families.find(sample.substr(0, sample.size() - suffix.size()));
    if (found == families.end()) continue;
    const auto& type = found->second.type;
    if (type == "histogram" || (type == "summary" && suffix != "_bucket")) return found->second;
  }
  return families[std::string(sample)];
}

bool MetricsText::take_line(std::string_view line, const std::string& plugin, Families& families) {
  Scanner scanner(line);
  scanner.skip_blanks();
  if (scanner.done()) return true;
  if (scanner.rest().starts_with('#')) return take_comment(scanner.rest(), families);
  const auto name = scanner.name();
  std::string labels = plugin.empty() ? "" : "plugin=\"" + plugin + "\"";
  if (name.empty()) return false;
  scanner.skip_blanks();
  if (scanner.take('{') && !take_labels(scanner, !plugin.empty(), labels)) return false;
  scanner.skip_blanks();
  const auto value = scanner.word();
  scanner.skip_blanks();
  const auto time = scanner.word();
  scanner.skip_blanks();
  if (!is_number(value) || (!time.empty() && !is_time(time)) || !scanner.done()) return false;
  auto& out = family_of(name, families).samples;
  out += name;
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value);
  if (!time.empty()) out.append(" ").append(time);
  out += '\n';
  return true;
}

Status MetricsText::add(std::string_view text, const std::string& plugin) {
  if (!is_utf8(text)) return fail(ErrorCode::Corrupt, "its metrics are not UTF-8");
  Families added;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    if (!take_line(text.substr(0, end), plugin, added)) {
      return fail(ErrorCode::Corrupt, "line " + std::to_string(number) + " is no metric");
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  for (const auto& [name, family] : added) {
    const auto known = families_.find(name);
    if (known != families_.end() && known->second.type != family.type) {
      return fail(ErrorCode::Conflict, "its " + name + " is of another type than elsewhere");
    }
  }
  for (auto& [name, family] : added) {
    auto& known = families_[name];
    if (known.help.empty()) known.help = std::move(family.help);
    known.type = std::move(family.type);
    known.samples += family.samples;
  }
  return {};
}

std::string MetricsText::page() const {
  std::string out;
  for (const auto& [name, family] : families_) {
    if (!family.help.empty()) out += "# HELP " + name + " " + family.help + "\n";
    if (!family.type.empty()) out += "# TYPE " + name + " " + family.type + "\n";
    out += family.samples;
  }
  return out;
}

}  // namespace muster::agent
