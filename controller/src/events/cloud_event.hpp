/// An event as others see it: a CloudEvent of version 1.0 in JSON. [any]
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "store/records.hpp"

namespace muster::controller {

/// What all events of a fleet say as their source.
[[nodiscard]] std::string event_source(FleetId fleet);

/// `event.id` becomes text; data that is no object is told as none.
[[nodiscard]] nlohmann::json cloud_event(const EventRecord& event, const std::string& source);

}  // namespace muster::controller
