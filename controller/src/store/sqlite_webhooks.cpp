// Webhooks, how far each has come, and what could not be delivered.
#include "store/sql.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {
namespace {

constexpr const char* kWebhookColumns =
    "SELECT name, url, filter, allow_private, secret, updated, updated_by, cursor, attempts, "
    "failures, failing_since, next_attempt, last_success, last_error, gone, delivered, dead, "
    "missed FROM webhooks ";
constexpr const char* kLetterColumns =
    "SELECT id, webhook, event, time, type, subject, data, died, attempts, reason "
    "FROM dead_letters ";

std::uint64_t unsigned_from(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

WebhookProgress progress_from(SQLite::Statement& row) {
  WebhookProgress progress;
  progress.cursor = unsigned_from(row.getColumn(7));
  progress.attempts = row.getColumn(8).getUInt();
  progress.failures = row.getColumn(9).getUInt();
  progress.failing_since = row.getColumn(10).getInt64();
  progress.next_attempt = row.getColumn(11).getInt64();
  progress.last_success = row.getColumn(12).getInt64();
  progress.last_error = row.getColumn(13).getString();
  progress.gone = row.getColumn(14).getInt64();
  progress.delivered = unsigned_from(row.getColumn(15));
  progress.dead = unsigned_from(row.getColumn(16));
  progress.missed = unsigned_from(row.getColumn(17));
  return progress;
}

DeadLetter letter_from(SQLite::Statement& row) {
  return {
      unsigned_from(row.getColumn(0)),
      row.getColumn(1).getString(),
      {unsigned_from(row.getColumn(2)), row.getColumn(3).getInt64(), row.getColumn(4).getString(),
       row.getColumn(5).getString(), row.getColumn(6).getString()},
      row.getColumn(7).getInt64(),
      row.getColumn(8).getUInt(),
      row.getColumn(9).getString()};
}

void add_letter(SQLite::Database& database, const DeadLetter& letter) {
  sql::execute(database,
               "INSERT INTO dead_letters (webhook, event, time, type, subject, data, size, died, "
               "attempts, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               letter.webhook, letter.event.id, letter.event.time, letter.event.type,
               letter.event.subject, letter.event.data, size_of(letter), letter.died,
               letter.attempts, letter.reason);
}

/// Those are kept that, with all newer ones, are within the limits; the newest always is.
void keep_limits(SQLite::Database& database, const std::string& webhook) {
  sql::execute(database,
               "DELETE FROM dead_letters WHERE id IN (SELECT id FROM (SELECT id,"
               " row_number() OVER newest AS place, sum(size) OVER newest AS bytes"
               " FROM dead_letters WHERE webhook = ? WINDOW newest AS (ORDER BY id DESC))"
               " WHERE place > 1 AND (place > ? OR bytes > ?))",
               webhook, kMaxDeadLetters, kMaxDeadLetterBytes);
}

}  // namespace

void SqliteStore::put_webhook(WebhookRecord webhook, Done<void> done) {
  const auto bytes = webhook.url.size() + webhook.filter.size();
  write<void>(
      [webhook = std::move(webhook)](SQLite::Database& database) -> Status {
        sql::execute(
            database,
            "INSERT INTO webhooks (name, url, filter, allow_private, secret, updated, updated_by, "
            "cursor, last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '') ON CONFLICT (name) DO UPDATE "
            "SET url = excluded.url, filter = excluded.filter, allow_private = "
            "excluded.allow_private, secret = excluded.secret, updated = excluded.updated, "
            "updated_by = excluded.updated_by, attempts = 0, failures = 0, failing_since = 0, "
            "next_attempt = 0, gone = 0, last_error = ''",
            webhook.name, webhook.url, webhook.filter, static_cast<int>(webhook.allow_private),
            BytesView(webhook.secret), webhook.updated, webhook.updated_by,
            webhook.progress.cursor);
        return {};
      },
      std::move(done), bytes);
}

void SqliteStore::remove_webhook(std::string name, Done<void> done) {
  write<void>(
      [name = std::move(name)](SQLite::Database& database) -> Status {
        if (sql::execute(database, "DELETE FROM webhooks WHERE name = ?", name) == 0) {
          return fail(ErrorCode::NotFound, "there is no webhook " + name);
        }
        sql::execute(database, "DELETE FROM dead_letters WHERE webhook = ?", name);
        return {};
      },
      std::move(done));
}

Result<std::vector<WebhookRecord>> SqliteStore::webhooks() {
  return sql::guarded([&]() -> Result<std::vector<WebhookRecord>> {
    SQLite::Statement query(*reader_, std::string(kWebhookColumns) + "ORDER BY name");
    std::vector<WebhookRecord> webhooks;
    while (query.executeStep()) {
      webhooks.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                          query.getColumn(2).getString(), query.getColumn(3).getInt() != 0,
                          to_bytes(sql::blob(query.getColumn(4))), query.getColumn(5).getInt64(),
                          query.getColumn(6).getString(), progress_from(query)});
    }
    return webhooks;
  });
}

void SqliteStore::move_webhook(std::string name, WebhookProgress progress,
                               std::vector<DeadLetter> letters, Done<void> done) {
  std::size_t bytes = 0;
  for (const auto& letter : letters) bytes += size_of(letter);
  write<void>(
      [name = std::move(name), progress = std::move(progress),
       letters = std::move(letters)](SQLite::Database& database) -> Status {
        const int moved = sql::execute(
            database,
            "UPDATE webhooks SET cursor = ?, attempts = ?, failures = ?, failing_since = ?, "
            "next_attempt = ?, last_success = ?, last_error = ?, gone = ?, delivered = ?, dead = "
            "?, missed = ? WHERE name = ?",
            progress.cursor, progress.attempts, progress.failures, progress.failing_since,
            progress.next_attempt, progress.last_success, progress.last_error, progress.gone,
            progress.delivered, progress.dead, progress.missed, name);
        if (moved == 0) return fail(ErrorCode::NotFound, "there is no webhook " + name);
        for (const auto& letter : letters) add_letter(database, letter);
        if (!letters.empty()) keep_limits(database, name);
        return {};
      },
      std::move(done), bytes);
}

Result<std::vector<DeadLetter>> SqliteStore::dead_letters(const std::string& webhook,
                                                          std::uint64_t after, std::size_t limit) {
  return sql::guarded([&]() -> Result<std::vector<DeadLetter>> {
    SQLite::Statement query(
        *reader_, std::string(kLetterColumns) + "WHERE webhook = ? AND id > ? ORDER BY id LIMIT ?");
    sql::bind(query, webhook, after, limit);
    std::vector<DeadLetter> letters;
    while (query.executeStep()) letters.push_back(letter_from(query));
    return letters;
  });
}

Result<std::size_t> SqliteStore::count_dead_letters(const std::string& webhook) {
  return sql::guarded([&]() -> Result<std::size_t> {
    SQLite::Statement query(*reader_, "SELECT count(*) FROM dead_letters WHERE webhook = ?");
    sql::bind(query, webhook);
    return query.executeStep() ? static_cast<std::size_t>(query.getColumn(0).getInt64()) : 0;
  });
}

Result<DeadLetter> SqliteStore::dead_letter(std::uint64_t id) {
  return sql::guarded([&]() -> Result<DeadLetter> {
    SQLite::Statement query(*reader_, std::string(kLetterColumns) + "WHERE id = ?");
    sql::bind(query, id);
    if (query.executeStep()) return letter_from(query);
    return fail(ErrorCode::NotFound, "there is no dead letter " + std::to_string(id));
  });
}

void SqliteStore::remove_dead_letter(std::uint64_t id, Done<void> done) {
  write<void>(
      [id](SQLite::Database& database) -> Status {
        if (sql::execute(database, "DELETE FROM dead_letters WHERE id = ?", id) == 1) return {};
        return fail(ErrorCode::NotFound, "there is no dead letter " + std::to_string(id));
      },
      std::move(done));
}

}  // namespace muster::controller
