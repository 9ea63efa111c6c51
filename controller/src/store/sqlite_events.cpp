// The log of events in the database, and how the oldest leave it.
#include "store/sqlite_events.hpp"

#include "store/sql.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {
namespace {

/// With one event, so that a log far beyond its limits is brought down without a long commit.
constexpr int kMostRemoved = 100;

std::int64_t one_number(SQLite::Database& database, const char* text) {
  SQLite::Statement query(database, text);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

/// How many bytes of text it had.
std::int64_t remove_event(SQLite::Database& database, std::int64_t id) {
  SQLite::Statement removal(
      database,
      "DELETE FROM events WHERE id = ? RETURNING length(CAST(type AS BLOB)) + "
      "length(CAST(subject AS BLOB)) + length(CAST(data AS BLOB))");
  sql::bind(removal, id);
  return removal.executeStep() ? removal.getColumn(0).getInt64() : 0;
}

/// Counts `added` bytes, and takes the oldest events away until the others keep to the limits.
void keep_limits(SQLite::Database& database, std::int64_t newest, std::size_t added,
                 const EventLimits& limits) {
  auto bytes = one_number(database, "SELECT number FROM meta WHERE name = 'event_bytes'") +
               static_cast<std::int64_t>(added);
  for (int removed = 0; removed < kMostRemoved; ++removed) {
    const auto oldest = one_number(database, "SELECT min(id) FROM events");
    // Ids have no gaps.
    const auto count = static_cast<std::uint64_t>(newest - oldest + 1);
    const bool fits = count <= limits.count && static_cast<std::uint64_t>(bytes) <= limits.bytes;
    if (fits || oldest == newest) break;
    bytes -= remove_event(database, oldest);
  }
  sql::execute(database, "UPDATE meta SET number = ? WHERE name = 'event_bytes'", bytes);
}

std::vector<std::int64_t> oldest_before(SQLite::Database& database, UnixMs time, std::size_t most) {
  SQLite::Statement query(database, "SELECT id, time FROM events ORDER BY id LIMIT ?");
  sql::bind(query, most + 1);
  std::vector<std::int64_t> ids;
  while (ids.size() <= most && query.executeStep() && query.getColumn(1).getInt64() < time) {
    ids.push_back(query.getColumn(0).getInt64());
  }
  const bool one_too_many = ids.size() > most;
  const bool newest =
      !ids.empty() && ids.back() == one_number(database, "SELECT max(id) FROM events");
  if (one_too_many || newest) ids.pop_back();
  return ids;
}

}  // namespace

std::uint64_t remove_events_before(SQLite::Database& database, UnixMs time, std::size_t most) {
  std::int64_t bytes = 0;
  const auto ids = oldest_before(database, time, most);
  for (const auto id : ids) bytes += remove_event(database, id);
  if (bytes > 0) {
    sql::execute(database, "UPDATE meta SET number = number - ? WHERE name = 'event_bytes'", bytes);
  }
  return ids.size();
}

std::uint64_t add_event(SQLite::Database& database, const EventRecord& event,
                        const EventLimits& limits) {
  sql::execute(database, "INSERT INTO events (time, type, subject, data) VALUES (?, ?, ?, ?)",
               event.time, event.type, event.subject, event.data);
  const auto id = database.getLastInsertRowid();
  keep_limits(database, id, event.type.size() + event.subject.size() + event.data.size(), limits);
  return static_cast<std::uint64_t>(id);
}

void SqliteStore::append_event(EventRecord event, Done<std::uint64_t> done) {
  const auto bytes = event.type.size() + event.subject.size() + event.data.size();
  write<std::uint64_t>(
      [event = std::move(event), limits = event_limits_](SQLite::Database& database)
          -> Result<std::uint64_t> { return add_event(database, event, limits); },
      std::move(done), bytes);
}

Result<std::uint64_t> SqliteStore::last_event() {
  return sql::guarded([&]() -> Result<std::uint64_t> {
    return static_cast<std::uint64_t>(one_number(*reader_, "SELECT max(id) FROM events"));
  });
}

Result<std::vector<EventRecord>> SqliteStore::events_after(std::uint64_t after, std::size_t limit) {
  return sql::guarded([&]() -> Result<std::vector<EventRecord>> {
    SQLite::Statement query(*reader_,
                            "SELECT id, time, type, subject, data FROM events WHERE id > ? "
                            "ORDER BY id LIMIT ?");
    sql::bind(query, after, limit);
    std::vector<EventRecord> events;
    while (query.executeStep()) {
      events.push_back({static_cast<std::uint64_t>(query.getColumn(0).getInt64()),
                        query.getColumn(1).getInt64(), query.getColumn(2).getString(),
                        query.getColumn(3).getString(), query.getColumn(4).getString()});
    }
    return events;
  });
}

}  // namespace muster::controller
