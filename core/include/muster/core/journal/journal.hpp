/// What this process promised and must not forget: accepted tasks, results, key changes.
///
/// One per process, built in app.cpp and handed down by reference. Every method is [loop] and none
/// but open and the destructor blocks: a writer thread syncs, so one fdatasync serves all that was
/// appended meanwhile. It stores bytes and does not interpret them. The file format and the crash
/// rules are in core/docs/journal.md. Limits: a record has at most 1 MiB, the journal at most
/// Options::max_bytes, the queue Options::max_queued_bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/run/event_loop.hpp>
#include <vector>

namespace muster::journal {

/// The number of a record. Grows with every append and is never used again, not even after
/// compaction.
using Lsn = std::uint64_t;

constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 20U;

/// What the writer thread has just done; a test stops or kills the process there.
enum class Step {
  RecordsWritten,
  RecordsSynced,
  CompactWritten,
  CompactRenamed,
  CompactOldRemoved
};

struct Options {
  std::uint64_t max_bytes = std::uint64_t{64} << 20U;    ///< of the file on disk
  std::size_t max_queued_bytes = std::size_t{8} << 20U;  ///< appended and not yet durable
  std::function<void(Step)> on_step;                     ///< for tests; called on the writer thread
};

class Journal {
 public:
  using OnRecord = std::function<void(Lsn, BytesView)>;
  using OnDurable = std::function<void(Result<Lsn>)>;
  using OnDone = std::function<void(Status)>;

  /// Opens the journal in `dir` (made when missing) and replays it into `on_record`, oldest first.
  /// Blocks: called before the loop runs. A torn last record is cut off and counted, because a
  /// crash leaves one. Errors, each before `on_record` was called and with nothing changed: Corrupt
  /// for a damaged record before the end, because silently losing a promise is worse than not
  /// starting; Unsupported for a newer format; Conflict when another process has the journal open.
  /// `loop` must outlive the journal.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& dir,
                                                             run::EventLoop& loop, Options options,
                                                             const OnRecord& on_record);

  /// Writes what was appended, waits for it and drops the callbacks that have not run yet. Blocks.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Queues `record`; calls `on_durable` on the loop once it is on disk, in the order of appending.
  /// Owns: the bytes are copied. Errors, to `on_durable`, and nothing of the record was kept:
  /// InvalidArgument above kMaxRecordBytes; ResourceExhausted on a full disk, journal or queue
  /// (retry after room was made); Unavailable when the disk failed so that only a restart can tell
  /// what it holds.
  void append(BytesView record, OnDurable on_durable);

  /// Replaces everything appended before this call by `live`, the records that still matter, oldest
  /// first; `live` must include those whose `on_durable` is still to come. What is appended later
  /// follows them. Errors, to `on_done`: as append; the journal is then as it was before the call.
  void compact(std::vector<Bytes> live, OnDone on_done);

  /// Bytes on disk. [any]
  [[nodiscard]] std::uint64_t size_bytes() const;
  /// Options::max_bytes. [any]
  [[nodiscard]] std::uint64_t max_bytes() const;
  /// fdatasync calls that made records durable since open. [any]
  [[nodiscard]] std::uint64_t syncs() const;
  /// 1 when open cut a torn record off, else 0. [any]
  [[nodiscard]] std::uint64_t torn_records() const;

 private:
  class Writer;
  explicit Journal(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

}  // namespace muster::journal
