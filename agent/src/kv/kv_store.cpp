#include "kv/kv_store.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <muster/core/base/fd.hpp>
#include <muster/core/crypto/digest.hpp>

namespace muster::agent {
namespace {

using plugins::Kv;
using plugins::KvAction;
using plugins::KvAnswer;
using plugins::KvEntry;

constexpr int kFormat = 1;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// AUTOINCREMENT never gives a revision twice, not even that of an entry which was removed.
constexpr const char* kTables = R"(
CREATE TABLE entries (
  revision INTEGER PRIMARY KEY AUTOINCREMENT,
  key BLOB NOT NULL UNIQUE,
  value BLOB NOT NULL,
  expires INTEGER NOT NULL,
  digest BLOB NOT NULL) STRICT;
CREATE INDEX expiring ON entries (expires) WHERE expires < 9223372036854775807;
PRAGMA user_version = 1;
)";

// Exclusive, because nobody else has the file: SQLite then needs no shared memory beside it.
constexpr const char* kPragmas = R"(
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 256;
PRAGMA journal_size_limit = 4194304;
PRAGMA cache_size = -256;
PRAGMA trusted_schema = OFF;
)";

Error error_from(const SQLite::Exception& thrown) {
  const std::string why = thrown.what();
  switch (thrown.getErrorCode() & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::ResourceExhausted, "the disk or the plugin's file is full", {}, true, {}};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::Corrupt, "the file is damaged: " + why, {}, false, {}};
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return {ErrorCode::PermissionDenied, "the file cannot be written: " + why, {}, false, {}};
    default:
      return {ErrorCode::Unavailable, "the file cannot be used now: " + why, {}, true, {}};
  }
}

/// Runs `use` and turns what SQLite throws into an error.
template <class Use>
auto guarded(const Use& use) -> decltype(use()) {
  try {
    return use();
  } catch (const SQLite::Exception& thrown) {
    return tl::unexpected(error_from(thrown));
  }
}

void bind_blob(SQLite::Statement& statement, int index, BytesView bytes) {
  static constexpr std::uint8_t kEmpty = 0;  // a null pointer would bind NULL
  statement.bind(index, bytes.empty() ? &kEmpty : bytes.data(), static_cast<int>(bytes.size()));
}
BytesView blob(const SQLite::Column& column) {
  return {static_cast<const std::uint8_t*>(column.getBlob()),
          static_cast<std::size_t>(column.getBytes())};
}

/// Of all that a row says but its revision, which SQLite gives. SQLite's own pages have no sum.
crypto::Digest digest_of(BytesView key, BytesView value, std::int64_t expires) {
  crypto::Sha256 sum;
  const auto add_number = [&](std::uint64_t number) {
    std::array<std::uint8_t, 8> bytes{};
    for (unsigned i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    sum.update(bytes);
  };
  add_number(key.size());
  add_number(static_cast<std::uint64_t>(expires));
  sum.update(key);
  sum.update(value);
  return sum.finish();
}

/// Makes a private file, and its name durable; SQLite does the same for the log beside it.
Status make_file(const std::filesystem::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("open " + file.string(), errno);
  const UniqueFd folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) {
    return fail_errno("sync " + file.parent_path().string(), errno);
  }
  return {};
}

Status prepare(SQLite::Database& database, const KvLimits& limits) {
  database.exec(kPragmas);
  database.exec("PRAGMA max_page_count = " + std::to_string(limits.file_pages));
  const int format = database.execAndGet("PRAGMA user_version").getInt();
  if (format == kFormat) return {};
  if (format != 0) {
    return fail(ErrorCode::Unsupported,
                "the plugin's values were written by a newer agent; upgrade this one");
  }
  SQLite::Transaction transaction(database);
  database.exec(kTables);
  transaction.commit();
  return {};
}

KvEntry entry_from(SQLite::Statement& row) {
  const auto key = blob(row.getColumn(0));
  return {std::string(as_text(key)), to_bytes(blob(row.getColumn(1))),
          static_cast<std::uint64_t>(row.getColumn(2).getInt64())};
}

}  // namespace

KvStore::KvStore(std::unique_ptr<SQLite::Database> database, KvLimits limits)
    : database_(std::move(database)), limits_(limits) {}

KvStore::~KvStore() = default;

Result<std::unique_ptr<KvStore>> KvStore::open(const std::filesystem::path& file, KvLimits limits) {
  if (auto made = make_file(file); !made) return tl::unexpected(made.error());
  return guarded([&]() -> Result<std::unique_ptr<KvStore>> {
    auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE);
    if (auto ready = prepare(*database, limits); !ready) return tl::unexpected(ready.error());
    std::unique_ptr<KvStore> store(new KvStore(std::move(database), limits));
    if (auto whole = store->check_and_count(); !whole) return tl::unexpected(whole.error());
    return store;
  });
}

Status KvStore::check_and_count() {
  if (database_->execAndGet("PRAGMA integrity_check(1)").getString() != "ok")
    return fail(ErrorCode::Corrupt, "the file is damaged: its parts contradict each other");
  SQLite::Statement rows(*database_, "SELECT key, value, expires, digest FROM entries");
  bytes_ = entries_ = 0;
  while (rows.executeStep()) {
    const auto key = blob(rows.getColumn(0));
    const auto value = blob(rows.getColumn(1));
    const auto digest = digest_of(key, value, rows.getColumn(2).getInt64());
    const auto kept = blob(rows.getColumn(3));
    if (!std::equal(kept.begin(), kept.end(), digest.begin(), digest.end()))
      return fail(ErrorCode::Corrupt, "the file is damaged: an entry is not as it was written");
    bytes_ += key.size() + value.size();
    ++entries_;
  }
  return {};
}

KvAnswer KvStore::answer(const Kv& ask, std::int64_t now_ms) {
  auto done = guarded([&] { return perform(ask, now_ms); });
  if (done) {
    done->request = ask.request;
    return std::move(*done);
  }
  return {ask.request, {}, false, 0, std::move(done.error())};
}

Result<KvAnswer> KvStore::perform(const Kv& ask, std::int64_t now_ms) {
  if (ask.action != KvAction::List && (ask.key.empty() || ask.key.size() > plugins::kMaxKvKey))
    return fail(ErrorCode::InvalidArgument, "a key has 1 to 256 bytes");
  KvAnswer answer;
  switch (ask.action) {
    case KvAction::Get: {
      auto entry = get(ask.key, now_ms);
      if (!entry) return tl::unexpected(entry.error());
      answer.entries.push_back(std::move(*entry));
      return answer;
    }
    case KvAction::List:
      return list(ask, now_ms);
    case KvAction::Set:
    case KvAction::CompareAndSet: {
      const auto revision = set(ask, now_ms);
      if (!revision) return tl::unexpected(revision.error());
      answer.revision = *revision;
      return answer;
    }
    case KvAction::Remove:
      break;
  }
  return remove(ask.key, now_ms).map([&] { return answer; });
}

Result<KvEntry> KvStore::get(const std::string& key, std::int64_t now_ms) {
  SQLite::Statement row(*database_,
                        "SELECT key, value, revision FROM entries WHERE key = ? AND expires > ?");
  bind_blob(row, 1, as_bytes(key));
  row.bind(2, now_ms);
  if (row.executeStep()) return entry_from(row);
  return fail(ErrorCode::NotFound, "there is no such key");
}

KvAnswer KvStore::list(const Kv& ask, std::int64_t now_ms) {
  SQLite::Statement row(*database_,
                        "SELECT key, value, revision FROM entries WHERE key >= ? AND key > ? AND "
                        "expires > ? ORDER BY key");
  bind_blob(row, 1, as_bytes(ask.key));
  bind_blob(row, 2, as_bytes(ask.after));
  row.bind(3, now_ms);
  KvAnswer answer;
  for (std::size_t bytes = 0; row.executeStep();) {
    if (!as_text(blob(row.getColumn(0))).starts_with(ask.key)) break;
    if (bytes >= plugins::kMaxKvPage || answer.entries.size() >= plugins::kMaxKvEntries) {
      answer.more = true;
      break;
    }
    answer.entries.push_back(entry_from(row));
    bytes += answer.entries.back().key.size() + answer.entries.back().value.size();
  }
  return answer;
}

Result<std::uint64_t> KvStore::set(const Kv& ask, std::int64_t now_ms) {
  if (ask.value.size() > plugins::kMaxKvValue)
    return fail(ErrorCode::InvalidArgument, "a value has at most 64 KiB");
  forget_expired(now_ms);
  SQLite::Statement old(*database_, "SELECT revision, length(value) FROM entries WHERE key = ?");
  bind_blob(old, 1, as_bytes(ask.key));
  const bool is_there = old.executeStep();
  const auto revision =
      is_there ? static_cast<std::uint64_t>(old.getColumn(0).getInt64()) : std::uint64_t{0};
  if (ask.action == KvAction::CompareAndSet && revision != ask.expected)
    return fail(ErrorCode::Conflict, "the key has another revision");
  const std::uint64_t old_bytes =
      is_there ? ask.key.size() + static_cast<std::uint64_t>(old.getColumn(1).getInt64()) : 0;
  old.reset();  // a statement under way would keep the change from being committed
  const auto bytes = bytes_ - old_bytes + ask.key.size() + ask.value.size();
  const auto entries = entries_ + (is_there ? 0 : 1);
  if (bytes > limits_.bytes || entries > limits_.entries)
    return fail(ErrorCode::ResourceExhausted, "the instance keeps as much as it may");
  const auto ttl = ask.ttl.count();
  const auto expires = ttl == 0 || ttl > kNever - now_ms ? kNever : now_ms + ttl;
  const auto digest = digest_of(as_bytes(ask.key), ask.value, expires);
  SQLite::Statement put(*database_,
                        "INSERT OR REPLACE INTO entries (key, value, expires, digest) "
                        "VALUES (?, ?, ?, ?)");
  bind_blob(put, 1, as_bytes(ask.key));
  bind_blob(put, 2, ask.value);
  put.bind(3, expires);
  bind_blob(put, 4, digest);
  put.exec();  // a transaction of its own, on disk when this returns
  bytes_ = bytes;
  entries_ = entries;
  return static_cast<std::uint64_t>(database_->getLastInsertRowid());
}

Status KvStore::remove(const std::string& key, std::int64_t now_ms) {
  auto entry = get(key, now_ms);
  if (!entry) return tl::unexpected(entry.error());
  SQLite::Statement gone(*database_, "DELETE FROM entries WHERE key = ?");
  bind_blob(gone, 1, as_bytes(key));
  gone.exec();
  bytes_ -= key.size() + entry->value.size();
  --entries_;
  return {};
}

void KvStore::forget_expired(std::int64_t now_ms) {
  SQLite::Statement sums(*database_,
                         "SELECT count(*), total(length(key) + length(value)) FROM entries "
                         "WHERE expires <= ? AND expires < 9223372036854775807");
  sums.bind(1, now_ms);
  if (!sums.executeStep() || sums.getColumn(0).getInt64() == 0) return;
  const auto entries = static_cast<std::uint64_t>(sums.getColumn(0).getInt64());
  const auto bytes = static_cast<std::uint64_t>(sums.getColumn(1).getDouble());
  sums.reset();
  SQLite::Statement gone(*database_,
                         "DELETE FROM entries WHERE expires <= ? AND "
                         "expires < 9223372036854775807");
  gone.bind(1, now_ms);
  gone.exec();
  bytes_ -= bytes;
  entries_ -= entries;
}

}  // namespace muster::agent
