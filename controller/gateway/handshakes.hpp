/// Counts connections that ended before the other side had proven a key: strangers, port scans,
/// bytes that are not ours.
///
/// libzmq tells of each connection that it began and ended, by descriptor; of a handshake that was
/// finished without one, and of one that failed not always (a first byte that is not ZMTP's ends in
/// silence). So a finished handshake counts as that of the newest connection that has none yet.
/// With several handshakes at a time that may be another one's; the count is then late, until both
/// connections have ended, and never wrong for good. [loop]
#pragma once

#include <cstdint>
#include <vector>

namespace muster::gateway {

class Handshakes {
 public:
  void begun(int descriptor) { open_.push_back(descriptor); }
  /// One came to its end, with a key that was let in or refused.
  void finished() {
    if (!open_.empty()) open_.pop_back();
  }
  void disconnected(int descriptor) { failed_ += std::erase(open_, descriptor); }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }

 private:
  std::vector<int> open_;  // bounded by the descriptors of this process
  std::uint64_t failed_ = 0;
};

}  // namespace muster::gateway
