#include "formats.hpp"

#include <algorithm>
#include <cctype>
#include <muster/core/base/units.hpp>

namespace muster::schema {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// RFC 3986, as far as a configuration needs it: a scheme, then only characters that a URI may
/// have, percent signs only before two hexadecimal digits, and a host if there is an authority.
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos || !is_alpha(text.front())) return false;
  const std::string_view scheme = text.substr(0, colon);
  const bool good_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  const std::string_view rest = text.substr(colon + 1);
  if (!good_scheme || rest.empty() || rest == "//") return false;
  constexpr std::string_view kMarks = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '%') {
      if (at + 2 >= rest.size() || !is_hex(rest[at + 1]) || !is_hex(rest[at + 2])) return false;
      at += 2;
    } else if (!is_alpha(rest[at]) && !is_digit(rest[at]) && kMarks.find(rest[at]) == kMarks.npos) {
      return false;
    }
  }
  return true;
}

/// "file:/etc/muster/token", "env:TOKEN": a source of two or more lower-case characters, a colon, a
/// name.
bool is_secret_reference(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2 || colon + 1 == text.size()) return false;
  const std::string_view source = text.substr(0, colon);
  return source.front() >= 'a' && source.front() <= 'z' &&
         std::all_of(source.begin(), source.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; });
}

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  if (name == "duration") return Format::Duration;
  if (name == "bytes") return Format::Bytes;
  if (name == "uri") return Format::Uri;
  if (name == "secret-ref") return Format::SecretRef;
  return std::nullopt;
}

std::string format_fault(Format format, std::string_view text) {
  switch (format) {
    case Format::None:
      return {};
    case Format::Duration:
      return parse_duration(text) ? "" : "must be a duration such as 500ms, 60s, 5m or 2h";
    case Format::Bytes:
      return parse_size(text) ? "" : "must be a size such as 4096, 64KiB or 10MB";
    case Format::Uri:
      return is_uri(text) ? "" : "must be a URI such as https://example.org/path";
    case Format::SecretRef:
      return is_secret_reference(text)
                 ? ""
                 : "must be a reference to a secret such as file:/etc/muster/token or env:TOKEN, "
                   "not the secret itself";
  }
  return {};
}

}  // namespace muster::schema
