/// Which events somebody wants to see, in the language of the selectors (core/docs/selector.md).
///
/// `type` and `subject` stand for those of an event, `data.NAME` for a member of its data, and
/// `data.NAME.NAME` for a member of that; what an event has not is unknown, and not wanted.
/// Immutable; [any].
#pragma once

#include <cstdint>
#include <map>
#include <muster/core/selector/selector.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/records.hpp"

namespace muster::controller {

/// What a filter compares with a number and is none, by the name of the member: the first event
/// that was therefore not wanted.
using WrongBounds = std::map<std::pair<std::string, std::string>, std::uint64_t>;

/// What to tell of them, the first three.
[[nodiscard]] std::vector<std::string> warnings_of(const WrongBounds& bounds);

class EventFilter {
 public:
  /// An empty text wants all. Errors: as Selector::parse().
  [[nodiscard]] static Result<EventFilter> parse(std::string_view text,
                                                 selector::SyntaxError* where = nullptr);
  /// `wrong`, if given, is added to.
  [[nodiscard]] bool wants(const EventRecord& event, WrongBounds* wrong = nullptr) const;
  /// Those that it names as they are, without a pattern.
  [[nodiscard]] std::set<std::string> types() const;

 private:
  explicit EventFilter(selector::Selector selector) : selector_(std::move(selector)) {}
  selector::Selector selector_;
};

}  // namespace muster::controller
