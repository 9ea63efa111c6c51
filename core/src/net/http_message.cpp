#include <strings.h>

#include <muster/core/net/http_message.hpp>

#include "net/http_uri.hpp"

namespace muster::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// `plus_is_space` as HTML forms write queries.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

/// Calls `use` with each part of `text` between separators; false from it ends and is returned.
template <class Use>
bool for_each_part(std::string_view text, char separator, Use use) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!use(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0)
      return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Status parse_target(std::string_view target, Request& request) {
  const std::size_t question = target.find('?');
  const auto path = percent_decode(target.substr(0, question), false);
  if (!path || !path->starts_with('/')) {
    return fail(ErrorCode::InvalidArgument,
                "the URL's path is not valid: check its percent escapes");
  }
  const bool stays_inside =
      for_each_part(*path, '/', [](std::string_view part) { return part != "." && part != ".."; });
  if (!stays_inside)
    return fail(ErrorCode::InvalidArgument, "the URL's path must not contain . or .. segments");
  request.path = *path;
  if (question == std::string_view::npos) return {};
  const bool decoded =
      for_each_part(target.substr(question + 1), '&', [&request](std::string_view part) {
        if (part.empty()) return true;
        const std::size_t equals = part.find('=');
        auto name = percent_decode(part.substr(0, equals), true);
        auto value = equals == std::string_view::npos
                         ? std::string()
                         : percent_decode(part.substr(equals + 1), true);
        if (!name || !value) return false;
        request.query.emplace_back(std::move(*name), std::move(*value));
        return true;
      });
  if (!decoded)
    return fail(ErrorCode::InvalidArgument,
                "the URL's query is not valid: check its percent escapes");
  return {};
}

}  // namespace muster::http
