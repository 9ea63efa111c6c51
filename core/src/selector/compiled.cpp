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
  if (!value.upper.empty()) {
    if (compare_versions(value.text, value.upper) > 0) {
      return wrong("this range ends before it begins");
    }
    return Range{value.text, value.upper};
  }
  const bool pattern = !value.literal && is_pattern(value.text);
  if (is_ordering(test)) {
    if (pattern) return wrong("a pattern is neither less nor more; write = or =~");
    return Bound{value.text, size_with_unit(value.text)};
  }
  if (!pattern) return Pattern::literal(value.text);
  auto compiled = Pattern::compile(value.text);
  if (!compiled) return wrong(std::move(compiled.error()));
  return std::move(*compiled);
}

tl::expected<std::shared_ptr<const Compiled>, Compiled::Fault> Compiled::compile(
    Subject subject, Test test, const std::vector<Value>& values) {
  auto compiled = std::make_shared<Compiled>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto one = compile_one(subject, test, values[i]);
    if (!one) return tl::unexpected(Fault{i, std::move(one.error())});
    compiled->values_.push_back(std::move(*one));
  }
  return compiled;
}

bool Compiled::equals_one(std::string_view told) const {
  return std::any_of(values_.begin(), values_.end(), [told](const One& one) {
    if (const auto* pattern = std::get_if<Pattern>(&one)) return pattern->matches(told);
    if (const auto* range = std::get_if<Range>(&one)) {
      return compare_versions(told, range->low) >= 0 && compare_versions(told, range->high) <= 0;
    }
    const auto* regex = std::get_if<Regex>(&one);
    return regex != nullptr && regex->found_in(told);
  });
}

Match Compiled::test(Test test, std::string_view told) const {
  if (!is_ordering(test)) return match_of(equals_one(told) != is_negative(test));
  const auto& bound = std::get<Bound>(values_.front());
  if (!bound.size) return match_of(holds(test, compare_versions(told, bound.version)));
  const auto order = compare_sizes(told, *bound.size);
  return order ? match_of(holds(test, *order)) : Match::Unknown;
}

Match Compiled::test(Test test, std::chrono::milliseconds age) const {
  return match_of(holds(test, age <=> std::get<std::chrono::milliseconds>(values_.front())));
}

Match Compiled::test_addresses(std::string_view addresses) const {
  return match_of(std::get<Network>(values_.front()).has_one_of(addresses));
}

}  // namespace muster::selector
