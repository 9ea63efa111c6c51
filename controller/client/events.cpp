#include "client/events.hpp"

#include "client/event_place.hpp"

namespace muster::client {

void read(const Place& place, Event& event) {
  place.must("id", event.id);
  place.must("source", event.source);
  place.must("type", event.type);
  place.must("subject", event.subject);
  place.must("time", event.time);
  place.must_object("data", event.data);
  event.told = place.told();
}

static void read(const Place& place, EventPage& page) {
  place.must("events", page.events);
  place.must("next", page.next);
  place.may("previous", page.previous);
  place.may("warnings", page.warnings);
}

Result<EventPage> list_events(ApiClient& api, const EventQuery& asked) {
  return read_answer<EventPage>(
      api.get("/v1/events" + query({{"filter", asked.filter},
                                    {"limit", std::to_string(asked.limit)},
                                    {"after", asked.after},
                                    {"before", asked.before},
                                    {"wait", asked.wait}})));
}

}  // namespace muster::client
