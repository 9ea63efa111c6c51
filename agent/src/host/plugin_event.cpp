#include "host/plugin_event.hpp"

#include <muster/ext/events.h>

#include <muster/core/wire/event_data.hpp>
#include <muster/core/wire/limits.hpp>

namespace muster::agent {

// Whatever a frame may hold has its place on the wire.
static_assert(plugins::kMaxEventName <= wire::kMaxName);
static_assert(plugins::kMaxEventData <= wire::kMaxEventData);
static_assert(plugins::kMaxEventName == MUSTER_EVENTS_MAX_NAME_BYTES);
static_assert(plugins::kMaxEventData == MUSTER_EVENTS_MAX_DATA_BYTES);
static_assert(wire::kMaxEventDepth == MUSTER_EVENTS_MAX_DATA_DEPTH);

Status check_event(const config::Manifest& manifest, const plugins::Event& event) {
  if (!manifest.services.has(MUSTER_SERVICE_EVENTS_1) || !manifest.has_event(event.type)) {
    return fail(ErrorCode::PermissionDenied,
                "the plugin's host emitted an event that its manifest does not list");
  }
  if (!wire::is_event_data(event.data)) {
    return fail(ErrorCode::Corrupt, "the plugin's host emitted an event whose data are no map");
  }
  return {};
}

wire::Event wire_event(const std::string& plugin, const std::string& instance,
                       const plugins::Event& event) {
  const bool is_named = !instance.empty() && instance != plugin;
  return {event.type,
          event.subject,
          event.time_ms,
          event.data,
          is_named ? plugin + "@" + instance : plugin,
          event.id};
}

}  // namespace muster::agent
