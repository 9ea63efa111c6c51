/// Where a watcher stands in one stream of one task, so that each byte is shown once.
///
/// Every connection to a job's events begins with what is; within one, a stream that goes back is
/// that of a further attempt. Plain value, one thread.
#pragma once

#include <algorithm>
#include <cstdint>

namespace muster::cli {

class StreamPlace {
 public:
  struct Fresh {
    std::uint64_t skip = 0;  ///< bytes at the beginning that were shown before
    bool anew = false;       ///< a further attempt prints from its beginning
  };

  /// A connection began: what is known comes again.
  void connection_began() { reached_ = 0; }

  /// How far it was shown.
  [[nodiscard]] std::uint64_t shown() const { return shown_; }
  /// So many bytes from shown() on were fetched and shown.
  void fetched(std::uint64_t bytes) { shown_ += bytes; }

  /// `bytes` came from `offset` on.
  [[nodiscard]] Fresh take(std::uint64_t offset, std::uint64_t bytes) {
    const bool anew = offset < reached_;
    if (anew) shown_ = 0;
    reached_ = offset + bytes;
    const Fresh fresh{std::min(bytes, shown_ > offset ? shown_ - offset : 0), anew};
    shown_ = std::max(shown_, reached_);
    return fresh;
  }

 private:
  std::uint64_t reached_ = 0;  // by this connection
  std::uint64_t shown_ = 0;    // by all of them
};

}  // namespace muster::cli
