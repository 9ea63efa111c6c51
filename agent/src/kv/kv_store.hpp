/// What one instance of a plugin keeps with muster.kv/1, in one SQLite file.
///
/// Blocks, and syncs the disk before a change is reported: used by one worker at a time. Values are
/// read from the file when they are asked for, so that memory does not grow with them. Why SQLite,
/// and what is done about a damaged file: core/docs/decisions/0002-kv-in-sqlite.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <muster/core/plugins/frames.hpp>
#include <optional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace muster::agent {

/// What one instance may keep; the figures of <muster/ext/kv.h>.
struct KvLimits {
  std::uint64_t bytes = std::uint64_t{16} << 20U;  ///< keys and values
  std::uint64_t entries = 65'536;
  std::uint32_t file_pages =
      16'384;  ///< of 4 KiB; what many small entries take is more than theirs
};

class KvStore {
 public:
  /// Opens the file, made when missing, and reads all of it once to see that it is whole. Errors:
  /// Corrupt, and nothing of it was used; Unsupported for a newer format; ResourceExhausted,
  /// Unavailable or PermissionDenied as the disk says.
  [[nodiscard]] static Result<std::unique_ptr<KvStore>> open(const std::filesystem::path& file,
                                                             KvLimits limits = {});
  ~KvStore();
  KvStore(const KvStore&) = delete;
  KvStore& operator=(const KvStore&) = delete;

  /// Does what `ask` says, at `now_ms` since 1970, and makes the answer to it. Errors are in the
  /// answer: NotFound, Conflict, InvalidArgument; ResourceExhausted above a limit or on a full
  /// disk; Corrupt when the file turned out to be damaged. Nothing was changed then.
  [[nodiscard]] plugins::KvAnswer answer(const plugins::Kv& ask, std::int64_t now_ms);

 private:
  KvStore(std::unique_ptr<SQLite::Database> database, KvLimits limits);
  [[nodiscard]] Status check_and_count();
  [[nodiscard]] Result<plugins::KvAnswer> perform(const plugins::Kv& ask, std::int64_t now_ms);
  [[nodiscard]] Result<plugins::KvEntry> get(const std::string& key, std::int64_t now_ms);
  [[nodiscard]] plugins::KvAnswer list(const plugins::Kv& ask, std::int64_t now_ms);
  [[nodiscard]] Result<std::uint64_t> set(const plugins::Kv& ask, std::int64_t now_ms);
  [[nodiscard]] Status remove(const std::string& key, std::int64_t now_ms);
  void forget_expired(std::int64_t now_ms);

  std::unique_ptr<SQLite::Database> database_;
  KvLimits limits_;
  std::uint64_t bytes_ = 0;    // of keys and values in the file, the expired among them
  std::uint64_t entries_ = 0;  // likewise
};

}  // namespace muster::agent
