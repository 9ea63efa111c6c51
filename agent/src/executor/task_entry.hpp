/// What the agent knows of one task that it accepted. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <muster/core/base/ids.hpp>
#include <muster/core/wire/messages.hpp>
#include <optional>
#include <string>

namespace muster::agent {

/// Where a task stands on this node. It moves forward only, but for a second attempt, which goes
/// back to Queued.
enum class Phase : std::uint8_t {
  Accepting,  ///< its ACCEPT is on the way to the disk
  Queued,     ///< promised; waits for a free slot or for its plugin
  Starting,   ///< its START is on the way to the disk
  Running,    ///< the plugin has it
  Ending,     ///< it is over; its RESULT is on the way to the disk
  Ended,      ///< the RESULT is safe and waits for the controller's acknowledgement
};

struct TaskEntry {
  TaskId id;
  std::string plugin;
  bool journaled = true;     ///< false for risk `read`
  bool idempotent = false;   ///< may run a second time when nobody knows whether it ran
  bool cancellable = false;  ///< while it runs; a deadline ends it all the same
  std::int64_t not_after_ms = 0;
  std::chrono::milliseconds timeout{0};

  std::uint64_t order = 0;       ///< in which it was accepted; given by the table
  std::int64_t start_by_ms = 0;  ///< the latest start of this attempt; given by the table
  Phase phase = Phase::Accepting;
  std::uint32_t attempt = 1;
  std::int64_t started_ms = 0;  ///< 0: it never started
  std::int64_t ended_ms = 0;
  bool accept_unsaid = false;  ///< ACCEPT and START are in one record that is not safe yet
  /// The reason that was given; a deadline replaces a request that was not obeyed.
  std::optional<wire::CancelReason> cancel;

  wire::TaskState state = wire::TaskState::Unknown;  ///< final, from Ending on
  Bytes result;
  std::optional<Error> error;
};

/// What STATUS says about a task in this phase.
[[nodiscard]] constexpr wire::TaskState reported_state(const TaskEntry& entry) {
  switch (entry.phase) {
    case Phase::Accepting:
      return wire::TaskState::Delivered;
    case Phase::Queued:
    case Phase::Starting:
      return wire::TaskState::Accepted;
    case Phase::Running:
    case Phase::Ending:
      return wire::TaskState::Running;
    case Phase::Ended:
      return entry.state;
  }
  return wire::TaskState::Unknown;
}

/// How the plugin ended a call, or what became of it instead.
struct Outcome {
  enum class Kind : std::uint8_t {
    Ok,
    Changed,
    Failed,
    Indeterminate,  ///< the plugin's own word
    Refused,        ///< it never ran: the plugin or its host would not take it
    Lost,           ///< the host died with it
  };
  Kind kind = Kind::Lost;
  Bytes result;
  std::optional<Error> error;
};

/// Whether a plugin takes calls, and a sentence that says why it does not.
struct PluginCondition {
  bool ready = false;
  std::string why_not;
  friend bool operator==(const PluginCondition&, const PluginCondition&) = default;
};

}  // namespace muster::agent
