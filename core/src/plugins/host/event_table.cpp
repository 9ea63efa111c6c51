#include "event_table.hpp"

#include <muster/core/base/ids.hpp>
#include <muster/core/wire/text.hpp>
#include <string_view>
#include <utility>

#define MSGPACK_NO_BOOST
#include <msgpack.hpp>

#include "abi_values.hpp"

namespace muster::plugins {
namespace {

/// Whether bytes are one map whose keys, at every level, are strings. It stops at the first level
/// too many and keeps nothing.
class PayloadCheck final : public msgpack::null_visitor {
 public:
  bool visit_nil() { return is_value(); }
  bool visit_boolean(bool /*v*/) { return is_value(); }
  bool visit_positive_integer(std::uint64_t /*v*/) { return is_value(); }
  bool visit_negative_integer(std::int64_t /*v*/) { return is_value(); }
  bool visit_float32(float /*v*/) { return is_value(); }
  bool visit_float64(double /*v*/) { return is_value(); }
  bool visit_str(const char* /*v*/, std::uint32_t /*size*/) {
    return std::exchange(key_, false) || is_value();
  }
  bool visit_bin(const char* /*v*/, std::uint32_t /*size*/) { return is_value(); }
  bool visit_ext(const char* v, std::uint32_t size) {
    constexpr auto kTimestamp = static_cast<char>(-1);
    return is_value() && size > 0 && *v == kTimestamp;
  }
  bool start_array(std::uint32_t /*items*/) { return is_value() && ++depth_ <= kMaxDepth; }
  bool end_array() { return leave(); }
  bool start_map(std::uint32_t /*entries*/) {
    return (depth_ == 0 || is_value()) && ++depth_ <= kMaxDepth;
  }
  bool start_map_key() { return key_ = true; }
  bool end_map() { return leave(); }

 private:
  static constexpr int kMaxDepth = MUSTER_EVENTS_MAX_DATA_DEPTH;
  [[nodiscard]] bool is_value() const { return depth_ > 0 && !key_; }
  bool leave() {
    --depth_;
    return true;
  }
  int depth_ = 0;
  bool key_ = false;
};

bool is_map(muster_bytes data) {
  PayloadCheck check;
  std::size_t end = 0;
  const auto size = static_cast<std::size_t>(data.n);
  return msgpack::parse(reinterpret_cast<const char*>(data.p), size, end, check) && end == size;
}

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
  return data.p != nullptr && data.n <= MUSTER_EVENTS_MAX_DATA_BYTES && is_map(data);
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
