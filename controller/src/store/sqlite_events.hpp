/// How an event gets into the database, for the writes that bring one with them. [the writer's
/// thread]
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>

#include "store/event_limits.hpp"
#include "store/records.hpp"

namespace muster::controller {

/// Its id. The oldest beyond the limits go. Throws what SQLite throws.
std::uint64_t add_event(SQLite::Database& database, const EventRecord& event,
                        const EventLimits& limits);

/// Takes away the oldest, as far as they are from before `time`, at most `most` and never the
/// newest. How many. Throws what SQLite throws.
std::uint64_t remove_events_before(SQLite::Database& database, UnixMs time, std::size_t most);

}  // namespace muster::controller
