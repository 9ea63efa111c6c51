/// The values of one term, ready to be compared with what a node has. Private to the selector.
#pragma once

#include <chrono>
#include <cstdint>
#include <muster/core/selector/pattern.hpp>
#include <muster/core/selector/selector.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "network.hpp"
#include "regex.hpp"

namespace muster::selector {

/// Immutable; every method is [any].
class Compiled {
 public:
  /// Why a value cannot be compared, and which one.
  struct Fault {
    std::size_t value = 0;
    std::string sentence;
  };
  [[nodiscard]] static tl::expected<std::shared_ptr<const Compiled>, Fault> compile(
      Subject subject, Test test, const std::vector<Value>& values);

  /// By the term's test, and never Unknown but where a size or version is asked for and `told` is
  /// none, or `told` is a number and a bound (of a range, too) is none.
  [[nodiscard]] Match test(Test test, std::string_view told) const;
  [[nodiscard]] Match test(Test test, std::chrono::milliseconds age) const;
  /// Of an Unknown of the test before: the bound that is no number, empty when it is not that.
  /// Lives as long as this.
  [[nodiscard]] std::string_view wrong_bound(std::string_view told) const;
  /// Steps for each byte of what a regular expression looks at; 0 for other tests.
  [[nodiscard]] std::size_t regex_size() const;
  /// Whether one of the addresses is in the network.
  [[nodiscard]] Match test_addresses(std::string_view addresses) const;

 private:
  struct Range {
    std::string low;
    std::string high;
  };
  struct SizeRange {  // a value with a unit is one of a single size
    std::uint64_t low = 0;
    std::uint64_t high = 0;
  };
  struct Bound {
    std::string version;
    std::optional<std::uint64_t> size;
  };
  using One = std::variant<std::string, Pattern, Range, SizeRange, Bound, Regex,
                           std::chrono::milliseconds, Network>;
  [[nodiscard]] static tl::expected<One, std::string> compile_one(Subject subject, Test test,
                                                                  const Value& value);
  [[nodiscard]] static tl::expected<One, std::string> compile_range(const Value& value);
  [[nodiscard]] static tl::expected<One, std::string> compile_bound(const Value& value);
  [[nodiscard]] Match equals_one(std::string_view told) const;
  [[nodiscard]] static Match equals(const One& one, std::string_view told);
  [[nodiscard]] static std::string_view wrong_bound(const One& one, std::string_view told);

  std::set<std::string, std::less<>> texts_;  // what is to be equal as it stands
  std::vector<One> values_;                   // the others
};

}  // namespace muster::selector
