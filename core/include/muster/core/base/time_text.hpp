/// Points in time as people write them.
///
/// Stateless; [any].
#pragma once

#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>
#include <string_view>

namespace muster {

/// Of a day, a minute or a second that is written without what is smaller.
enum class Moment { First, Last };

/// RFC 3339 ("2026-01-31T12:00:00Z", "2026-01-31T13:00:00.5+01:00"), also without its seconds or
/// its offset, which is UTC then ("2026-01-31 12:00"); a day in UTC ("2026-01-31"); or how long
/// before `now` ("90m", "7d"). From 1970 to 2261; a fraction is cut to milliseconds. Errors:
/// InvalidArgument, with examples.
[[nodiscard]] Result<UnixTime> parse_time(std::string_view text, UnixTime now,
                                          Moment which = Moment::First);

}  // namespace muster
