#include "compiled.hpp"

#include <algorithm>
#include <muster/core/base/units.hpp>
#include <utility>

#include "order.hpp"

namespace muster::selector {
namespace {

bool is_ordering(Test test) {
  return test == Test::Less || test == Test::AtMost || test == Test::Greater ||
         test == Test::AtLeast;
}

bool holds(Test test, std::strong_ordering order) {
  switch (test) {
    case Test::Less:
      return order < 0;
    case Test::AtMost:
      return order <= 0;
    case Test::Greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

Match match_of(bool yes) { return yes ? Match::Yes : Match::No; }

bool is_negative(Test test) {
  return test == Test::NotEqual || test == Test::NotMatches || test == Test::NotIn;
}

/// A version has no order among texts that are none, a number among what is neither, an amount
/// among versions, and a date among what is no date.
bool are_comparable(std::string_view told, std::string_view bound) {
  if (!is_version(told)) return true;
  if (!is_version(bound) || is_date(told) != is_date(bound)) return false;
  if (!is_number(told)) return true;
  return is_number_or_version(bound) && !(is_amount(told) && has_three_numbers(bound));
}

template <class T>
tl::unexpected<std::string> wrong(T&& sentence) {
  return tl::unexpected<std::string>(std::forward<T>(sentence));
}

}  // namespace

tl::expected<Compiled::One, std::string> Compiled::compile_one(Subject subject, Test test,
                                                               const Value& value) {
  if (subject == Subject::Addresses) {
    const auto network = Network::parse(value.text);
    if (!network) return wrong("this is no network; write cidr(10.0.0.0/8) or cidr(fd00::/8)");
    if (network->has_more_bits()) {
      return wrong(
          "this is an address in a network; write the network's first address before the "
          "/, or the address alone");
    }
    return *network;
  }
  if (subject == Subject::Age) {
    if (!is_ordering(test)) return wrong("an age is compared with <, <=, > or >=");
    const auto age = parse_duration(value.text);
    if (!age) return wrong("an age is written as 90s, 10m, 2h or 7d");
    return *age;
  }
  if (test == Test::Matches || test == Test::NotMatches) {
    auto regex = Regex::compile(value.text);
    if (!regex) return wrong("this is no regular expression: " + regex.error());
    return std::move(*regex);
  }
  if (!value.upper.empty()) return compile_range(value);
  if (is_ordering(test)) return compile_bound(value);
  if (const auto size = size_with_unit(value.text)) return SizeRange{*size, *size};
  const bool pattern = !value.literal && is_pattern(value.text);
  if (!pattern) return value.text;
  auto compiled = Pattern::compile(value.text);
  if (!compiled) return wrong(std::move(compiled.error()));
  return std::move(*compiled);
}

tl::expected<Compiled::One, std::string> Compiled::compile_range(const Value& value) {
  constexpr const char* kBackwards = "this range ends before it begins";
  if (is_pattern(value.text) || is_pattern(value.upper)) {
    return wrong("a range has no brackets and patterns in it; numbers in names are web[1-20]");
  }
  const auto low = size_with_unit(value.text);
  const auto high = size_with_unit(value.upper);
  if (low.has_value() != high.has_value() || looks_like_size(value.text) != low.has_value()) {
    return wrong("a range of sizes has a unit at both ends, as in 512MiB..16GiB");
  }
  if (low) {
    if (*low > *high) return wrong(kBackwards);
    return SizeRange{*low, *high};
  }
  if (is_version(value.text) != is_version(value.upper)) {
    return wrong("one end of this range is a number and the other is not");
  }
  if (compare_versions(value.text, value.upper) > 0) return wrong(kBackwards);
  return Range{value.text, value.upper};
}

tl::expected<Compiled::One, std::string> Compiled::compile_bound(const Value& value) {
  if (!value.literal && is_pattern(value.text)) {
    return wrong("a pattern is neither less nor more; write = or =~");
  }
  const auto size = size_with_unit(value.text);
  if (!size && looks_like_size(value.text)) {
    return wrong("a size is a whole number with KB, MB, GB, TB, KiB, MiB, GiB or TiB, as in 8GiB");
  }
  if (!is_comparable(value.text)) return wrong("nothing is less or more than this");
  return Bound{value.text, size};
}

tl::expected<std::shared_ptr<const Compiled>, Compiled::Fault> Compiled::compile(
    Subject subject, Test test, const std::vector<Value>& values) {
  auto compiled = std::make_shared<Compiled>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto one = compile_one(subject, test, values[i]);
    if (!one) return tl::unexpected(Fault{i, std::move(one.error())});
    if (auto* text = std::get_if<std::string>(&*one)) {
      compiled->texts_.insert(std::move(*text));
    } else {
      compiled->values_.push_back(std::move(*one));
    }
  }
  return compiled;
}

Match Compiled::equals_one(std::string_view told) const {
  if (texts_.contains(told)) return Match::Yes;
  Match result = Match::No;
  for (const auto& one : values_) {
    const Match match = equals(one, told);
    if (match == Match::Yes) return match;
    if (match == Match::Unknown) result = match;
  }
  return result;
}

Match Compiled::equals(const One& one, std::string_view told) {
  if (const auto* pattern = std::get_if<Pattern>(&one)) return match_of(pattern->matches(told));
  if (const auto* regex = std::get_if<Regex>(&one)) return match_of(regex->found_in(told));
  if (const auto* sizes = std::get_if<SizeRange>(&one)) {
    const auto from_low = compare_sizes(told, sizes->low);
    return match_of(from_low && *from_low >= 0 && *compare_sizes(told, sizes->high) <= 0);
  }
  const auto* range = std::get_if<Range>(&one);
  if (range == nullptr) return Match::No;
  if (!wrong_bound(one, told).empty()) return Match::Unknown;
  if (is_version(told) != is_version(range->low)) return Match::No;
  return match_of(compare_versions(told, range->low) >= 0 &&
                  compare_versions(told, range->high) <= 0);
}

std::string_view Compiled::wrong_bound(const One& one, std::string_view told) {
  if (const auto* range = std::get_if<Range>(&one)) {
    if (!are_comparable(told, range->low)) return range->low;
    return are_comparable(told, range->high) ? std::string_view() : range->high;
  }
  const auto* bound = std::get_if<Bound>(&one);
  if (bound == nullptr || bound->size || are_comparable(told, bound->version)) return {};
  return bound->version;
}

Match Compiled::test(Test test, std::string_view told) const {
  if (!is_ordering(test)) {
    const Match equal = equals_one(told);
    if (equal == Match::Unknown) return equal;
    return match_of((equal == Match::Yes) != is_negative(test));
  }
  const auto& bound = std::get<Bound>(values_.front());
  if (!bound.size) {
    if (is_version(bound.version) && !is_version(told)) return Match::Unknown;
    if (!are_comparable(told, bound.version)) return Match::Unknown;
    return match_of(holds(test, compare_versions(told, bound.version)));
  }
  const auto order = compare_sizes(told, *bound.size);
  return order ? match_of(holds(test, *order)) : Match::Unknown;
}

std::string_view Compiled::wrong_bound(std::string_view told) const {
  for (const auto& one : values_) {
    if (const auto bound = wrong_bound(one, told); !bound.empty()) return bound;
  }
  return {};
}

std::size_t Compiled::regex_size() const {
  std::size_t size = 0;
  for (const auto& one : values_) {
    if (const auto* regex = std::get_if<Regex>(&one)) size += regex->size();
  }
  return size;
}

Match Compiled::test(Test test, std::chrono::milliseconds age) const {
  return match_of(holds(test, age <=> std::get<std::chrono::milliseconds>(values_.front())));
}

Match Compiled::test_addresses(std::string_view addresses) const {
  return match_of(std::get<Network>(values_.front()).has_one_of(addresses));
}

}  // namespace muster::selector
