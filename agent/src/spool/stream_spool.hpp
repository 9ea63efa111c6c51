/// One stream of one task: what it printed, kept up to a cap, and how much of it the controller
/// has.
///
/// The first 64 KiB stay in memory, more goes to a file of the store. What comes beyond the cap is
/// counted and not kept. Of a large stream, bytes that the controller keeps are given back to the
/// disk while the task still prints; up to kWhole all of it stays, because a controller that starts
/// anew asks for it from the beginning. Owned by its TaskOutput; everything is [loop]. Writes go to
/// the page cache; syncing is the executor's decision.
#pragma once

#include <cstdint>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/digest.hpp>
#include <optional>

#include "spool/spool_store.hpp"

namespace muster::agent {

class StreamSpool {
 public:
  static constexpr std::size_t kInMemory = std::size_t{64} << 10U;
  static constexpr std::uint64_t kWhole = std::uint64_t{16} << 20U;

  StreamSpool(SpoolStore& store, std::uint64_t cap) : store_(store), cap_(cap) {}
  ~StreamSpool();
  StreamSpool(const StreamSpool&) = delete;
  StreamSpool& operator=(const StreamSpool&) = delete;

  /// What a finished stream consists of, as the journal remembers it.
  struct Kept {
    std::uint64_t size = 0;
    std::uint64_t kept = 0;
    crypto::Digest digest{};
    std::uint64_t file = 0;  ///< number in the store; 0: all of it is in `content`
    Bytes content;
    std::uint64_t given_back = 0;  ///< so much of its beginning is gone; the controller had it
  };
  /// Comes back to life from the journal, finished. Nothing is read before it is asked for.
  StreamSpool(SpoolStore& store, const Kept& kept);

  /// Keeps what the cap allows and counts the rest. When the disk takes no more, the stream ends as
  /// if its cap were reached; the error is returned once, for the log.
  [[nodiscard]] Status append(BytesView bytes);

  /// Moves what is in memory to a file, so that it can be made durable without the journal.
  [[nodiscard]] Status spill();
  /// The number of its file in the store; 0 while all of it is in memory.
  [[nodiscard]] std::uint64_t file() const { return file_; }

  /// No more will come: the digest is fixed.
  void finish();
  [[nodiscard]] bool finished() const { return finished_; }
  /// Deletes the file: the controller has it all, or the task is forgotten. Without this the file
  /// stays, because the journal may name it.
  void discard();

  /// What finish() left. The content is copied unless it is in a file.
  [[nodiscard]] Kept kept_parts() const;

  /// At most `most` bytes from `offset`. Errors: Corrupt when they are gone.
  [[nodiscard]] Result<Bytes> read(std::uint64_t offset, std::size_t most) const;

  /// Gives up what cannot be read back any more; the stream then counts as truncated there, for
  /// good. Its digest is zero, which is no digest of anything.
  void cut_at(std::uint64_t offset);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t kept() const { return kept_; }

  // How far the controller is, on behalf of the Outbox.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t in_flight() const { return sent_ - acknowledged_; }
  [[nodiscard]] bool all_sent() const { return sent_ >= kept_; }
  void note_sent(std::uint64_t bytes) { sent_ += bytes; }
  /// Everything before `offset` is kept over there; what is before it may go here.
  void acknowledge(std::uint64_t offset);
  /// Sends from `offset` on, in whichever direction that is; cuts the stream there when that was
  /// given back.
  void rewind(std::uint64_t offset);
  /// A new session: what was sent and not acknowledged counts as not sent.
  void restart_sending() { sent_ = acknowledged_; }

 private:
  [[nodiscard]] Status store_bytes(BytesView bytes);
  [[nodiscard]] Status write_to_file(BytesView bytes, std::uint64_t offset);
  [[nodiscard]] Result<int> descriptor() const;
  void give_back_before(std::uint64_t offset);

  SpoolStore& store_;
  std::uint64_t cap_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t kept_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t given_back_ = 0;
  bool finished_ = false;
  Bytes memory_;  // all of it while file_ is 0
  std::uint64_t file_ = 0;
  mutable UniqueFd fd_;  // open while the stream grows
  crypto::Sha256 sum_;
  crypto::Digest digest_{};
};

}  // namespace muster::agent
