#include "session/event_outbox.hpp"

#include <muster/ext/events.h>

#include <algorithm>
#include <utility>

namespace muster::agent {
namespace {

static_assert(EventOutbox::kPerSecond == MUSTER_EVENTS_PER_SECOND);
static_assert(EventOutbox::kBurst == MUSTER_EVENTS_BURST);

constexpr const char* kDropped = "muster_events_dropped_total";
constexpr const char* kDroppedHelp = "Events of plugins that the agent did not send";

/// `source` is the plugin's id, with or without "@instance".
std::string plugin_of(const std::string& source) { return source.substr(0, source.find('@')); }

}  // namespace

EventOutbox::EventOutbox(run::EventLoop& loop, Uplink& uplink, metrics::Registry& metrics)
    : loop_(loop),
      uplink_(uplink),
      sent_(metrics.counter("muster_events_sent_total",
                            "Events of plugins that were handed to a session")),
      dropped_full_(metrics.counter(kDropped, kDroppedHelp, {{"reason", "full"}})),
      dropped_rate_(metrics.counter(kDropped, kDroppedHelp, {{"reason", "rate"}})),
      dropped_unfit_(metrics.counter(kDropped, kDroppedHelp, {{"reason", "unfit"}})),
      waiting_gauge_(
          metrics.gauge("muster_events_waiting", "Events of plugins that wait to be sent")) {}

void EventOutbox::emit(const wire::Event& event) {
  auto& lane = lanes_[plugin_of(event.source)];
  if (!lane.rate.take(loop_.clock().mono_now())) {
    dropped_rate_.add();
    return;
  }
  Bytes body = wire::encode(event);
  // As the controller will read it: limits, UTF-8 and the data's form have one home.
  if (!wire::decode<wire::Event>(body)) {
    dropped_unfit_.add();
    return;
  }
  lane.bytes += body.size();
  waiting_bytes_ += body.size();
  ++waiting_;
  lane.waiting.push_back(std::move(body));
  flush();
  make_room();
  say_how_many_wait();
}

void EventOutbox::flush() {
  next_timer_.reset();
  while (waiting_ > 0 && !uplink_.congested()) {
    const auto now = loop_.clock().mono_now();
    if (const auto next = next_may_leave(); next > now) {
      next_timer_ = loop_.after(next - now, [this] { flush(); });
      break;
    }
    const auto lane = next_lane();
    if (!uplink_.say(wire::MessageType::Event, lane->second.waiting.front())) break;
    take_oldest(lane->second);
    last_said_ = lane->first;
    if (left_.size() == kMaxInWindow) left_.pop_front();
    left_.push_back(now);
    sent_.add();
  }
  say_how_many_wait();
}

MonoTime EventOutbox::next_may_leave() const {
  return left_.size() < kMaxInWindow ? MonoTime{} : left_.front() + kWindow;
}

EventOutbox::Lanes::iterator EventOutbox::next_lane() {
  const auto has_some = [](const auto& entry) { return !entry.second.waiting.empty(); };
  const auto next = std::find_if(lanes_.upper_bound(last_said_), lanes_.end(), has_some);
  return next != lanes_.end() ? next : std::find_if(lanes_.begin(), lanes_.end(), has_some);
}

/// By the bound that is passed: a plugin with less than its share of it loses nothing.
void EventOutbox::make_room() {
  const auto fewer = [](const auto& a, const auto& b) {
    return a.second.waiting.size() < b.second.waiting.size();
  };
  const auto smaller = [](const auto& a, const auto& b) { return a.second.bytes < b.second.bytes; };
  while (waiting_ > kMaxWaiting || waiting_bytes_ > kMaxWaitingBytes) {
    const auto most = waiting_ > kMaxWaiting
                          ? std::max_element(lanes_.begin(), lanes_.end(), fewer)
                          : std::max_element(lanes_.begin(), lanes_.end(), smaller);
    take_oldest(most->second);
    dropped_full_.add();
  }
}

void EventOutbox::take_oldest(Lane& lane) {
  const auto size = lane.waiting.front().size();
  lane.waiting.pop_front();
  lane.bytes -= size;
  waiting_bytes_ -= size;
  --waiting_;
}

void EventOutbox::say_how_many_wait() { waiting_gauge_.set(static_cast<double>(waiting_)); }

}  // namespace muster::agent
