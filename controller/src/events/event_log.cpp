#include "events/event_log.hpp"

#include <muster/core/log/logger.hpp>
#include <nlohmann/json.hpp>
#include <utility>

namespace muster::controller {

EventLog::EventLog(run::EventLoop& loop, Store& store, log::Logger& log)
    : loop_(loop), store_(store), log_(log), before_(store.last_event().value_or(0)) {}

std::uint64_t EventLog::recorded() const {
  return store_.last_event().value_or(before_) - before_;  // ids have no gaps
}

void EventLog::stored_more() {
  if (std::exchange(telling_, true)) return;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    telling_ = false;
    if (listener_) listener_();
    for (auto& next : std::exchange(waiting_, {})) {
      if (!next.token.expired()) next.then();
    }
  });
}

void EventLog::record(const std::string& type, const std::string& subject,
                      const nlohmann::json& data) {
  EventRecord event;
  event.time = to_unix_ms(loop_.clock().unix_now());
  event.type = type;
  event.subject = subject;
  event.data = data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  append(std::move(event), 0);
}

bool EventLog::when_next(std::weak_ptr<void> token, std::function<void()> then) {
  std::erase_if(waiting_, [](const Waiting& one) { return one.token.expired(); });
  if (waiting_.size() >= kMaxWaiting) return false;
  waiting_.push_back({std::move(token), std::move(then)});
  return true;
}

void EventLog::append(EventRecord event, std::uint64_t tells_of) {
  store_.append_event(std::move(event), [this, tells_of](const Result<std::uint64_t>& stored) {
    if (!stored) {
      if (lost_ == 0) log_.error("events are not stored", {{"reason", stored.error().message}});
      if (tells_of == 0) ++all_lost_;
      lost_ += tells_of == 0 ? 1 : tells_of;
      return;
    }
    stored_more();
    if (const auto lost = std::exchange(lost_, 0); lost > 0) {
      append({0, to_unix_ms(loop_.clock().unix_now()), "events.lost", "controller",
              nlohmann::json{{"count", lost}}.dump()},
             lost);
    }
  });
}

}  // namespace muster::controller
