#include "document.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace muster::schema {
namespace {

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool percent_decode(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    if (at + 2 >= text.size()) return false;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return true;
}

/// "~1" is "/" and "~0" is "~".
std::string unescape(std::string_view token) {
  std::string name;
  for (std::size_t at = 0; at < token.size(); ++at) {
    if (token[at] == '~' && at + 1 < token.size() &&
        (token[at + 1] == '0' || token[at + 1] == '1')) {
      name += token[++at] == '0' ? '~' : '/';
    } else {
      name += token[at];
    }
  }
  return name;
}

const nlohmann::json* step(const nlohmann::json& value, const std::string& name) {
  if (value.is_object()) {
    const auto found = value.find(name);
    return found == value.end() ? nullptr : &*found;
  }
  if (!value.is_array()) return nullptr;
  std::size_t index = 0;
  const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  const bool whole = error == std::errc{} && rest == name.data() + name.size();
  return whole && index < value.size() ? &value[index] : nullptr;
}

/// Levenshtein's distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, replaced});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string child_pointer(const std::string& parent, std::string_view token) {
  std::string pointer = parent + "/";
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string child_pointer(const std::string& parent, std::size_t index) {
  return parent + "/" + std::to_string(index);
}

const nlohmann::json* resolve(const nlohmann::json& root, std::string_view pointer) {
  const nlohmann::json* value = &root;
  while (value != nullptr && !pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    value = step(*value, unescape(pointer.substr(0, end)));
    pointer.remove_prefix(end);
  }
  return value;
}

bool pointer_of_ref(std::string_view ref, std::string& pointer) {
  if (ref.empty() || ref.front() != '#') return false;
  pointer.clear();
  return percent_decode(ref.substr(1), pointer) && (pointer.empty() || pointer.front() == '/');
}

bool within_depth(const nlohmann::json& value, int limit) {
  if (!value.is_structured()) return true;
  if (limit <= 0) return false;
  return std::all_of(value.begin(), value.end(),
                     [limit](const nlohmann::json& part) { return within_depth(part, limit - 1); });
}

bool is_whole(const nlohmann::json& number) {
  if (!number.is_number_float()) return true;
  const auto value = number.get<double>();
  return std::isfinite(value) && std::floor(value) == value;
}

bool fits_int64(const nlohmann::json& number) {
  constexpr std::uint64_t kEnd = std::uint64_t{1} << 63U;
  if (number.is_number_unsigned()) return number.get<std::uint64_t>() < kEnd;
  if (!number.is_number_float()) return true;
  constexpr auto kFloatEnd = static_cast<double>(kEnd);
  const auto value = number.get<double>();
  return value >= -kFloatEnd && value < kFloatEnd;
}

std::string_view kind_of(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::null:
      return "null";
    case nlohmann::json::value_t::boolean:
      return "a boolean";
    case nlohmann::json::value_t::string:
      return "a string";
    case nlohmann::json::value_t::array:
      return "a list";
    case nlohmann::json::value_t::object:
      return "a map";
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
    case nlohmann::json::value_t::number_float:
      if (is_whole(value) && !fits_int64(value)) return "an integer beyond 64 bits with a sign";
      return value.is_number_float() ? "a number" : "an integer";
    default:
      return "binary data";
  }
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

std::string nearest_name(std::string_view given, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestName = 64;  // keeps the cost of a hostile name small
  if (given.size() > kLongestName) return {};
  std::string best;
  std::size_t best_distance =
      given.size() <= 4 ? 2 : 3;  // one slip in a short name, two in a long one
  for (const auto& name : known) {
    if (name.size() > kLongestName) continue;
    const std::size_t distance = edit_distance(given, name);
    if (distance < best_distance && distance < name.size()) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace muster::schema
