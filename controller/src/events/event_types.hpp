/// Which types of events there are: the controller's own, and those that the fleet's plugins
/// declare.
#pragma once

#include <string>
#include <vector>

#include "events/event_filter.hpp"
#include "fleet/fleet.hpp"

namespace muster::controller {

/// What the controller records of itself, all of it; in order. [any]
[[nodiscard]] const std::vector<std::string>& own_event_types();

/// Sentences about the types that `filter` names, patterns apart, and that neither the controller
/// nor a plugin of the fleet has; the first three. A plugin whose manifest is not known may have
/// any that begin with its id. [loop]
[[nodiscard]] std::vector<std::string> unknown_types(const EventFilter& filter, const Fleet& fleet);

}  // namespace muster::controller
