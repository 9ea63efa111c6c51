#include <muster/sdk/events.hpp>
#include <muster/sdk/host.hpp>
#include <string>

#include "text_map.hpp"

namespace muster::sdk {
namespace {

const char* why(muster_status status) {
  switch (status) {
    case MUSTER_INVALID_ARGUMENT:
      return "the manifest does not list its type, or a part of it is beyond its limit";
    case MUSTER_RESOURCE_EXHAUSTED:
      return "events come too fast";
    default:
      return "the host does not take it";
  }
}

}  // namespace

Status Events::emit(const Event& event) const {
  if (!MUSTER_HAS(table_, muster_events_v1, emit)) {
    return fail(ErrorCode::Unsupported,
                "the host gives no muster.events/1; name it in the manifest");
  }
  const auto time =
      std::chrono::duration_cast<std::chrono::nanoseconds>(event.time.time_since_epoch());
  const muster_event raw{sizeof(muster_event),
                         0,
                         view(event.type),
                         view(event.subject),
                         {},
                         view(event.id),
                         time.count(),
                         bytes_of(event.data)};
  const muster_status status = table_->emit(table_, &raw);
  if (status == MUSTER_OK) return {};
  return fail(static_cast<ErrorCode>(status),
              "event \"" + std::string(event.type) + "\": " + why(status));
}

Status Events::emit(std::string_view type, std::string_view subject, Fields fields) const {
  const auto data = text_map(fields);
  return emit(Event{type, subject, data, {}, {}});
}

}  // namespace muster::sdk
