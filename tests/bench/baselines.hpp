/// What the machine can do at best, measured in the same run: the bare round trips that a task's
/// way consists of, and a write to the disk.
///
/// Build it before anything that starts threads: both peers are forked. One owner, one thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/fd.hpp>

#include "samples.hpp"

namespace muster::bench {

class Baselines {
 public:
  /// `directory` is on the filesystem whose writes are measured.
  explicit Baselines(const std::filesystem::path& directory);
  ~Baselines();
  Baselines(const Baselines&) = delete;
  Baselines& operator=(const Baselines&) = delete;

  /// One of each with a message of that size, there and back: ZeroMQ DEALER to ROUTER under CURVE
  /// over loopback TCP, and a socketpair, each to another process that blocks and echoes; then one
  /// append and fdatasync of that size, and one of the size of a small database commit.
  void measure(std::size_t message_bytes);

  Samples zeromq;
  Samples socketpair;
  Samples fdatasync;
  Samples fdatasync_commit;  ///< of kCommitBytes
  static constexpr std::size_t kCommitBytes = 9 * 4096;

 private:
  void start_zeromq();
  void start_socketpair();

  void* context_ = nullptr;
  void* dealer_ = nullptr;
  pid_t zeromq_peer_ = -1;
  pid_t socketpair_peer_ = -1;
  UniqueFd socket_;
  UniqueFd file_;
  Bytes message_;
  Bytes commit_ = Bytes(kCommitBytes);
};

}  // namespace muster::bench
