/// Points in time as people write them.
///
/// Stateless; [any].
#pragma once

#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>
#include <string_view>

namespace muster {

/// RFC 3339 ("2026-01-31T12:00:00Z", "2026-01-31T13:00:00.5+01:00"), a day in UTC ("2026-01-31":
/// its begin), or how long before `now` ("90m", "7d"). From 1970 to 2261; a fraction is cut to
/// milliseconds. Errors: InvalidArgument, with an example.
[[nodiscard]] Result<UnixTime> parse_time(std::string_view text, UnixTime now);

}  // namespace muster
