/// Which events somebody wants to see, in the language of the selectors (core/docs/selector.md).
///
/// `type` and `subject` stand for those of an event, `data.NAME` for a member of its data, and
/// `data.NAME.NAME` for a member of that; what an event has not is unknown, and not wanted.
/// Immutable; [any].
#pragma once

#include <muster/core/selector/selector.hpp>
#include <string>
#include <string_view>

#include "store/records.hpp"

namespace muster::controller {

class EventFilter {
 public:
  /// An empty text wants all. Errors: as Selector::parse().
  [[nodiscard]] static Result<EventFilter> parse(std::string_view text,
                                                 selector::SyntaxError* where = nullptr);
  [[nodiscard]] bool wants(const EventRecord& event) const;

 private:
  explicit EventFilter(selector::Selector selector) : selector_(std::move(selector)) {}
  selector::Selector selector_;
};

}  // namespace muster::controller
