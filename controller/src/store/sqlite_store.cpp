#include "store/sqlite_store.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <muster/core/base/files.hpp>
#include <set>
#include <string>

#include "store/sql.hpp"
#include "store/sqlite_schema.hpp"

namespace muster::controller {
namespace {

Result<UniqueFd> take_lock(const std::filesystem::path& directory) {
  const auto path = directory / "lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("open " + path.string(), errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return fail_errno("lock " + path.string(), errno);
  return fail(ErrorCode::Conflict, "another muster-controller is using " + directory.string() +
                                       "; stop it, or choose another directory with --state");
}

/// Makes the file before SQLite would, so that only its owner can read it; the files beside it get
/// its mode.
Status make_private(const std::filesystem::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("open " + file.string(), errno);
  return {};
}

}  // namespace

SqliteStore::SqliteStore(UniqueFd lock, StoreMeta meta, std::unique_ptr<OutputFiles> files,
                         std::unique_ptr<SQLite::Database> reader,
                         std::unique_ptr<SQLite::Database> writer, run::EventLoop& loop,
                         const SqliteOptions& options)
    : lock_(std::move(lock)),
      meta_(meta),
      files_(std::move(files)),
      event_limits_(options.event_limits),
      reader_(std::move(reader)),
      writes_(std::move(writer), loop, options.write_limits) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(run::EventLoop& loop,
                                                       const SqliteOptions& options) {
  if (auto made = make_directories(options.directory); !made) return tl::unexpected(made.error());
  auto lock = take_lock(options.directory);
  if (!lock) return tl::unexpected(lock.error());
  auto files = OutputFiles::open(options.directory / "outputs", options.sync_calls);
  if (!files) return tl::unexpected(files.error());
  const auto file = options.directory / "muster.db";
  if (auto made = make_private(file); !made) return tl::unexpected(made.error());
  return sql::guarded([&]() -> Result<std::unique_ptr<SqliteStore>> {
    auto writer = std::make_unique<SQLite::Database>(file.string(),
                                                     SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    set_pragmas(*writer);
    if (options.max_pages != 0) {
      writer->exec("PRAGMA max_page_count = " + std::to_string(options.max_pages));
    }
    auto meta = prepare_schema(*writer, file);
    if (!meta) return tl::unexpected(meta.error());
    auto reader = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE);
    set_pragmas(*reader);
    reader->exec("PRAGMA query_only = ON");
    const bool unused = reader->execAndGet("SELECT count(*) FROM unused_outputs").getInt() > 0;
    std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(*lock), *meta, std::move(*files),
                                                       std::move(reader), std::move(writer), loop,
                                                       options));
    if (unused) store->remove_unused_files();  // the last run did not come to it
    return store;
  });
}

void SqliteStore::put_manifest(const Digest& digest, std::string json, Done<void> done) {
  const auto bytes = json.size();
  write<void>(
      [digest, json = std::move(json)](SQLite::Database& database) -> Status {
        sql::execute(database, "INSERT OR IGNORE INTO manifests (digest, json) VALUES (?, ?)",
                     digest, json);
        return {};
      },
      std::move(done), bytes);
}

Result<std::string> SqliteStore::manifest(const Digest& digest) {
  return sql::guarded([&]() -> Result<std::string> {
    SQLite::Statement query(*reader_, "SELECT json FROM manifests WHERE digest = ?");
    sql::bind(query, digest);
    if (!query.executeStep()) return fail(ErrorCode::NotFound, "there is no such manifest");
    return query.getColumn(0).getString();
  });
}

void SqliteStore::remove_manifests(std::vector<Digest> digests, Done<void> done) {
  const auto bytes = digests.size() * sizeof(Digest);
  write<void>(
      [digests = std::move(digests)](SQLite::Database& database) -> Status {
        for (const auto& digest : digests) {
          sql::execute(database, "DELETE FROM manifests WHERE digest = ?", digest);
        }
        return {};
      },
      std::move(done), bytes);
}

void SqliteStore::remove_other_manifests(std::vector<Digest> digests, Done<void> done) {
  const auto bytes = digests.size() * sizeof(Digest);
  write<void>(
      [named = std::set(digests.begin(), digests.end())](SQLite::Database& database) -> Status {
        std::vector<Digest> others;
        SQLite::Statement all(database, "SELECT digest FROM manifests");
        while (all.executeStep()) {
          const auto digest = sql::array<32>(all.getColumn(0));
          if (!named.contains(digest)) others.push_back(digest);
        }
        for (const auto& digest : others) {
          sql::execute(database, "DELETE FROM manifests WHERE digest = ?", digest);
        }
        return {};
      },
      std::move(done), bytes);
}

}  // namespace muster::controller
