/// How often nodes of a fleet report, and what silence means. Pure functions of size and time.
///
/// The numbers are computed from the fleet's size, so that a large fleet neither floods its
/// controller nor comes back all at once; core/docs/wire.md section 7.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <muster/core/base/clock.hpp>
#include <optional>
#include <string_view>

namespace muster::controller {

enum class Presence : std::uint8_t { Online, Suspect, Offline };
[[nodiscard]] std::string_view to_string(Presence presence);

inline constexpr int kSuspectPeriods = 2;  ///< heartbeats missed
inline constexpr int kOfflinePeriods = 4;

/// What a node that says that it leaves has to come back, so that one whose agent is only restarted
/// is left out of no job.
inline constexpr std::chrono::seconds kLeaveGrace{3};

struct PresenceTimes {
  std::chrono::milliseconds heartbeat{5000};
  std::chrono::milliseconds reconnect_window{1000};

  /// The heartbeat is 5 s to 60 s and keeps the fleet below 2,000 a second; the window lets 500
  /// nodes a second come back, and is at least 1 s.
  [[nodiscard]] static PresenceTimes for_fleet(std::size_t nodes);
};

/// The silence after which a node is offline.
[[nodiscard]] inline std::chrono::milliseconds offline_after(const PresenceTimes& times) {
  return kOfflinePeriods * times.heartbeat;
}

/// What is known of one node. `since_start` is the time since the controller started: before the
/// reconnect window and two heartbeats have passed nobody is called offline.
struct PresenceInput {
  bool ever_heard = false;  ///< in this run of the controller
  bool in_session = false;  ///< ever: one that only joined is waited for, not there
  std::optional<std::chrono::nanoseconds> leaving;  ///< for how long, when it said so itself
  std::chrono::nanoseconds silence{0};
  std::chrono::nanoseconds since_start{0};
};
[[nodiscard]] Presence presence_of(const PresenceInput& input, const PresenceTimes& times);

}  // namespace muster::controller
