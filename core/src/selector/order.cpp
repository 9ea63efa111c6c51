#include "order.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <muster/core/base/units.hpp>

namespace muster::selector {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// One run of digits or letters; empty at the end.
struct Part {
  std::string_view text;
  bool number = false;
  bool before = false;  ///< a ~ stood in front of it
};

Part take_part(std::string_view& rest) {
  Part part;
  while (!rest.empty() && !is_digit(rest.front()) && !is_letter(rest.front())) {
    part.before = part.before || rest.front() == '~';
    rest.remove_prefix(1);
  }
  if (rest.empty()) return part;
  part.number = is_digit(rest.front());
  const auto* end = std::find_if_not(rest.begin(), rest.end(), part.number ? is_digit : is_letter);
  part.text = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(part.text.size());
  return part;
}

std::strong_ordering compare_numbers(std::string_view left, std::string_view right) {
  const auto trimmed = [](std::string_view digits) {
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
  };
  left = trimmed(left);
  right = trimmed(right);
  if (left.size() != right.size()) return left.size() <=> right.size();
  return left.compare(right) <=> 0;
}

std::strong_ordering compare_letters(std::string_view left, std::string_view right) {
  const auto shared = std::min(left.size(), right.size());
  const int order = ::strncasecmp(left.data(), right.data(), shared);
  return order != 0 ? order <=> 0 : left.size() <=> right.size();
}

/// Whether a version that goes on with this part comes before the one that does not.
bool precedes(const Part& part) {
  constexpr std::array<std::string_view, 5> kBefore{"alpha", "beta", "dev", "pre", "rc"};
  return part.before || std::any_of(kBefore.begin(), kBefore.end(), [&part](const auto& word) {
           return part.text.size() == word.size() &&
                  ::strncasecmp(part.text.data(), word.data(), word.size()) == 0;
         });
}

/// What follows the first numbers of a version, and of no amount: "-rc1", "~1", "p1", ":2.3", but
/// not "gigs", " gigs" or, behind a number without dots, "-01-01".
bool goes_on_as_version(std::string_view rest, bool dotted) {
  const bool letter = is_letter(rest.front());
  if (rest.front() == ':') return rest.size() > 1 && is_digit(rest[1]);
  if (!letter && std::string_view("-+~_").find(rest.front()) == std::string_view::npos)
    return false;
  const auto part = take_part(rest);
  if (precedes(part)) return !part.text.empty();
  if (!dotted || part.text.empty()) return false;
  if (part.number || (!rest.empty() && is_digit(rest.front()))) return true;
  const auto only = static_cast<char>(std::tolower(static_cast<unsigned char>(part.text.front())));
  return letter && part.text.size() == 1 && only <= 'c';  // 3.3a, and not 1.5h
}

}  // namespace

bool is_version(std::string_view text) {
  if (text.size() > 1 && (text.front() == 'v' || text.front() == 'V')) text.remove_prefix(1);
  return !text.empty() && is_digit(text.front());
}

bool is_number(std::string_view text) {
  return !text.empty() && is_digit(text.front()) &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_amount(std::string_view text) {
  return text.size() >= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

bool has_three_numbers(std::string_view text) {
  if (is_version(text) && !is_digit(text.front())) text.remove_prefix(1);
  const auto numbers = text.substr(0, text.find_first_not_of("0123456789."));
  return std::count(numbers.begin(), numbers.end(), '.') > 1;
}

bool is_date(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00";
  if (text.size() < kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == '-' ? text[i] != '-' : !is_digit(text[i])) return false;
  }
  return true;
}

bool is_number_or_version(std::string_view text) {
  if (!is_version(text)) return false;
  if (!is_digit(text.front())) text.remove_prefix(1);
  const auto numbers = text.substr(0, text.find_first_not_of("0123456789."));
  auto rest = text.substr(numbers.size());
  if (rest.empty() || has_three_numbers(numbers)) return true;
  return goes_on_as_version(rest, numbers.find('.') != std::string_view::npos);
}

bool is_comparable(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_letter(c); });
}

std::strong_ordering compare_versions(std::string_view left, std::string_view right) {
  using Order = std::strong_ordering;
  if (is_version(left) && !is_digit(left.front())) left.remove_prefix(1);
  if (is_version(right) && !is_digit(right.front())) right.remove_prefix(1);
  for (;;) {
    const Part ours = take_part(left);
    const Part theirs = take_part(right);
    if (ours.text.empty() && theirs.text.empty()) return Order::equal;
    if (ours.text.empty()) return precedes(theirs) ? Order::greater : Order::less;
    if (theirs.text.empty()) return precedes(ours) ? Order::less : Order::greater;
    if (precedes(ours) != precedes(theirs)) return precedes(ours) ? Order::less : Order::greater;
    if (ours.number != theirs.number) return ours.number ? Order::greater : Order::less;
    const auto order = ours.number ? compare_numbers(ours.text, theirs.text)
                                   : compare_letters(ours.text, theirs.text);
    if (order != Order::equal) return order;
  }
}

std::optional<std::uint64_t> size_with_unit(std::string_view text) {
  if (text.empty() || !is_digit(text.front()) || is_digit(text.back())) return std::nullopt;
  const auto size = parse_size(text);
  return size ? std::optional(*size) : std::nullopt;
}

bool looks_like_size(std::string_view text) {
  const auto digits = std::find_if_not(text.begin(), text.end(), is_digit);
  auto rest = digits;
  if (rest != text.end() && *rest == '.') rest = std::find_if_not(rest + 1, text.end(), is_digit);
  rest = std::find_if_not(rest, text.end(), [](char c) { return c == ' '; });
  std::string unit(rest, text.end());
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (digits == text.begin() || unit.empty()) return false;
  if (unit.back() == 'b') unit.pop_back();
  if (unit.size() == 2 && unit.back() == 'i') unit.pop_back();
  return unit.size() == 1 && std::string_view("kmgtpe").find(unit) != std::string_view::npos;
}

std::optional<std::strong_ordering> compare_sizes(std::string_view told, std::uint64_t bound) {
  const auto size = parse_size(told);
  if (!size) return std::nullopt;
  return *size <=> bound;
}

}  // namespace muster::selector
