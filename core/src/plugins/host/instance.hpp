/// The life of the one plugin instance in this process: its states and the only legal moves between
/// them.
///
/// Everything is called on the strand. It decides nothing about when: frames of the agent do.
#pragma once

#include <muster/plugin.h>

#include <chrono>
#include <cstdint>
#include <muster/core/plugins/frames.hpp>

#include "call_table.hpp"
#include "connection.hpp"
#include "host_table.hpp"

namespace muster::plugins {

class Instance {
 public:
  Instance(Connection& connection, CallTable& calls, int library_fd)
      : connection_(connection), calls_(calls), host_(connection, calls), library_fd_(library_fd) {}

  /// Loads, creates, initialises and activates; answers READY or START_FAILED. False: it failed.
  [[nodiscard]] bool start(const Start& start);
  void start_call(const Call& call);
  void resume_call(CallNumber call, std::uint64_t credit);
  void cancel_call(CallNumber call, std::uint8_t reason);
  void collect(const Collect& collect);
  void report_health(const Health& health);
  void quiesce(const Quiesce& quiesce);
  /// Deactivates and destroys.
  void stop();
  /// The one function off the strand, which may be waiting for this. [any]
  void take(KvAnswer answer) { host_.take(std::move(answer)); }

 private:
  enum class State : std::uint8_t { None, Created, Inited, Active, Draining };
  [[nodiscard]] tl::expected<void, StartFailed> bring_up(const Start& start);
  /// Sends the text, all but the last piece; an error when what was sent is to be thrown away.
  [[nodiscard]] std::optional<Error> collect_text(const Collect& collect);
  [[nodiscard]] bool takes_calls() const { return state_ == State::Active; }
  [[nodiscard]] bool working() const {
    return state_ == State::Active || state_ == State::Draining;
  }

  Connection& connection_;
  CallTable& calls_;
  HostTable host_;
  int library_fd_;
  muster_plugin* plugin_ = nullptr;
  State state_ = State::None;
};

}  // namespace muster::plugins
