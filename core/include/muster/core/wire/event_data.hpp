/// The form that an event's data have on their whole way, from the plugin to the controller's log.
///
/// Pure function, [any].
#pragma once

#include <muster/core/base/bytes.hpp>

namespace muster::wire {

/// Levels of maps and lists; the outer map is the first.
inline constexpr int kMaxEventDepth = 32;

/// Whether `data` are empty, or one msgpack map whose keys, at every level, are strings, and that
/// is no deeper than kMaxEventDepth. Texts inside are not looked at; the only extension is the
/// timestamp.
[[nodiscard]] bool is_event_data(BytesView data);

}  // namespace muster::wire
