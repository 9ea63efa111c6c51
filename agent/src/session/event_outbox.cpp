#include "session/event_outbox.hpp"

#include <utility>

namespace muster::agent {
namespace {

constexpr const char* kDropped = "muster_events_dropped_total";
constexpr const char* kDroppedHelp = "Events of plugins that never reached the session";

}  // namespace

EventOutbox::EventOutbox(Uplink& uplink, metrics::Registry& metrics)
    : uplink_(uplink),
      sent_(metrics.counter("muster_events_sent_total", "Events of plugins that were sent")),
      dropped_full_(metrics.counter(kDropped, kDroppedHelp, {{"reason", "full"}})),
      dropped_unfit_(metrics.counter(kDropped, kDroppedHelp, {{"reason", "unfit"}})),
      waiting_gauge_(
          metrics.gauge("muster_events_waiting", "Events of plugins that wait for a session")) {}

void EventOutbox::emit(const wire::Event& event) {
  Bytes body = wire::encode(event);
  // As the controller will read it: limits and UTF-8 have one home.
  if (!wire::decode<wire::Event>(body)) {
    dropped_unfit_.add();
    return;
  }
  waiting_bytes_ += body.size();
  waiting_.push_back(std::move(body));
  flush();
  while (waiting_.size() > kMaxWaiting || waiting_bytes_ > kMaxWaitingBytes) drop_oldest();
  say_how_many_wait();
}

void EventOutbox::flush() {
  while (!waiting_.empty() && !uplink_.congested()) {
    if (!uplink_.say(wire::MessageType::Event, waiting_.front())) break;
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
    sent_.add();
  }
  say_how_many_wait();
}

void EventOutbox::drop_oldest() {
  waiting_bytes_ -= waiting_.front().size();
  waiting_.pop_front();
  dropped_full_.add();
}

void EventOutbox::say_how_many_wait() { waiting_gauge_.set(static_cast<double>(waiting_.size())); }

}  // namespace muster::agent
