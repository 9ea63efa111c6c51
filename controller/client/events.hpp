/// What happened in the fleet, as CloudEvents 1.0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/api_client.hpp"

namespace muster::client {

struct Event {
  std::string id;       ///< a number that rises
  std::string source;   ///< the fleet
  std::string type;     ///< such as node.joined
  std::string subject;  ///< such as node/web1
  std::string time;
  Json data;  ///< an object
  Json told;
};

struct EventQuery {
  static constexpr std::uint64_t kMaxLimit = 1000;
  std::string filter = {};    ///< which, in the language of the selectors; empty: all
  std::uint64_t limit = 100;  ///< how many at most
  std::string after = {};     ///< the id of an event: those that follow it; empty: the newest
  std::string before = {};    ///< the same: those that came before it; not beside `after`
  std::string wait = {};      ///< a duration, up to 60s: how long to wait when there is none yet
};

struct EventPage {
  std::vector<Event> events;              ///< oldest first; with a filter fewer than the limit
  std::uint64_t next = 0;                 ///< what to give as `after` to go on
  std::optional<std::uint64_t> previous;  ///< what to give as `before` to go back
  std::vector<std::string> warnings;      ///< what the filter may have wrong
};

[[nodiscard]] Result<EventPage> list_events(ApiClient& api, const EventQuery& query);

}  // namespace muster::client
