#include "events/cloud_event.hpp"

#include "jobs/job_view.hpp"

namespace muster::controller {

using nlohmann::json;

std::string event_source(FleetId fleet) { return "muster:fleet:" + fleet.text(); }

json cloud_event(const EventRecord& event, const std::string& source) {
  const auto data = json::parse(event.data, nullptr, false);
  return {{"specversion", "1.0"},
          {"id", std::to_string(event.id)},
          {"source", source},
          {"type", event.type},
          {"subject", event.subject},
          {"time", time_view(event.time)},
          {"datacontenttype", "application/json"},
          {"data", data.is_object() ? data : json::object()}};
}

}  // namespace muster::controller
