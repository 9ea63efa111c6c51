/// Reads an event, which dead letters have too. For the sources of this folder alone.
#pragma once

#include "client/answer_place.hpp"
#include "client/events.hpp"

namespace muster::client {

void read(const Place& place, Event& event);

}  // namespace muster::client
