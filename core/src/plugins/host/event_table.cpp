#include "event_table.hpp"

#include <muster/core/base/ids.hpp>
#include <muster/core/wire/event_data.hpp>
#include <muster/core/wire/text.hpp>
#include <string_view>
#include <utility>

#include "abi_values.hpp"

namespace muster::plugins {
namespace {

static_assert(MUSTER_EVENTS_MAX_DATA_DEPTH == wire::kMaxEventDepth);

bool is_name(muster_str text) {
  if (text.n > MUSTER_EVENTS_MAX_NAME_BYTES || (text.p == nullptr && text.n > 0)) return false;
  return text.n == 0 || wire::is_utf8({text.p, static_cast<std::size_t>(text.n)});
}

std::string copy_of(muster_str text) {
  return text.n == 0 ? std::string() : std::string(text.p, static_cast<std::size_t>(text.n));
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// As random as an id has to be for two happenings never to share one.
std::string made_up_id() { return to_hex(muster::detail::random_uuid()); }

}  // namespace

EventTable::EventTable(Surroundings around) : around_(std::move(around)) {
  table_ = {sizeof(muster_events_v1), 0, this, emit, subscribe, unsubscribe};
}

bool EventTable::is_good(const muster_event* event) const {
  if (event == nullptr || event->struct_size < sizeof(muster_event)) return false;
  if (!is_name(event->type) || !is_name(event->subject) || !is_name(event->id)) return false;
  if (!types_.contains(copy_of(event->type))) return false;
  const auto& data = event->data;
  if (data.n == 0) return true;
  return data.p != nullptr && data.n <= MUSTER_EVENTS_MAX_DATA_BYTES &&
         wire::is_event_data({data.p, static_cast<std::size_t>(data.n)});
}

muster_status EventTable::emit(const muster_events_v1* events, const muster_event* event) noexcept {
  auto& table = self(events);
  if (!table.is_good(event)) {
    table.around_.count("event_refused");
    return MUSTER_INVALID_ARGUMENT;
  }
  if (!table.rate_.take(table.around_.now())) {
    table.around_.count("event_dropped");
    return MUSTER_RESOURCE_EXHAUSTED;
  }
  constexpr std::int64_t kNsInMs = 1'000'000;
  const auto time = event->time_unix_ns == 0 ? now_ms() : event->time_unix_ns / kNsInMs;
  table.around_.send(Event{copy_of(event->type), copy_of(event->subject),
                           event->id.n == 0 ? made_up_id() : copy_of(event->id), time,
                           event->data.n == 0 ? Bytes{} : to_owned(event->data)});
  return MUSTER_OK;
}

muster_status EventTable::subscribe(const muster_events_v1* /*events*/, muster_str /*type*/,
                                    uint64_t* /*subscription*/) noexcept {
  return MUSTER_UNSUPPORTED;
}

muster_status EventTable::unsubscribe(const muster_events_v1* /*events*/,
                                      uint64_t /*subscription*/) noexcept {
  return MUSTER_STALE_HANDLE;
}

}  // namespace muster::plugins
