/// The up to three streams of one task. Owned by the executor; everything is [loop].
#pragma once

#include <array>
#include <memory>
#include <muster/core/wire/messages.hpp>
#include <vector>

#include "spool/stream_spool.hpp"

namespace muster::agent {

class TaskOutput {
 public:
  static constexpr std::size_t kStreams = 3;

  TaskOutput(SpoolStore& store, std::uint64_t cap_of_each) : store_(store), cap_(cap_of_each) {}

  /// The stream, made at its first byte.
  [[nodiscard]] StreamSpool& stream(wire::Stream which);
  /// The same, or null when nothing was ever printed to it.
  [[nodiscard]] StreamSpool* find(wire::Stream which) const;
  void restore(wire::Stream which, const StreamSpool::Kept& kept);

  void finish();
  void discard();
  [[nodiscard]] std::vector<wire::OutputSummary> summary() const;
  [[nodiscard]] bool all_sent() const;
  [[nodiscard]] std::uint64_t in_flight() const;
  void restart_sending();

  /// Calls `visit(wire::Stream, StreamSpool&)` for each stream that exists.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < kStreams; ++i) {
      if (streams_[i]) visit(static_cast<wire::Stream>(i), *streams_[i]);
    }
  }

 private:
  SpoolStore& store_;
  std::uint64_t cap_;
  std::array<std::unique_ptr<StreamSpool>, kStreams> streams_;
};

}  // namespace muster::agent
