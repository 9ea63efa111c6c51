#include "fleet/presence.hpp"

#include <algorithm>

namespace muster::controller {

using std::chrono::milliseconds;

std::string_view to_string(Presence presence) {
  switch (presence) {
    case Presence::Online:
      return "online";
    case Presence::Suspect:
      return "suspect";
    case Presence::Offline:
      return "offline";
  }
  return "offline";
}

PresenceTimes PresenceTimes::for_fleet(std::size_t nodes) {
  const auto n = static_cast<std::int64_t>(nodes);
  const milliseconds heartbeat(n * 1000 / 2000);
  const milliseconds window(n * 1000 / 500);
  return {std::clamp(heartbeat, milliseconds(5000), milliseconds(60'000)),
          std::max(window, milliseconds(1000))};
}

Presence presence_of(const PresenceInput& input, const PresenceTimes& times) {
  const bool may_call_offline = input.since_start >= times.reconnect_window + 2 * times.heartbeat;
  if (input.leaving) {
    return *input.leaving >= kLeaveGrace ? Presence::Offline : Presence::Suspect;
  }
  if (!input.ever_heard) return may_call_offline ? Presence::Offline : Presence::Suspect;
  if (input.silence >= offline_after(times) && may_call_offline) return Presence::Offline;
  if (!input.in_session || input.silence >= kSuspectPeriods * times.heartbeat) {
    return Presence::Suspect;
  }
  return Presence::Online;
}

}  // namespace muster::controller
