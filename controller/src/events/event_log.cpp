#include "events/event_log.hpp"

#include <muster/core/log/logger.hpp>
#include <nlohmann/json.hpp>
#include <utility>

namespace muster::controller {

EventLog::EventLog(Store& store, const Clock& clock, log::Logger& log)
    : store_(store), clock_(clock), log_(log) {}

void EventLog::record(const std::string& type, const std::string& subject,
                      const nlohmann::json& data) {
  EventRecord event;
  event.time = to_unix_ms(clock_.unix_now());
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
    ++recorded_;
    for (auto& next : std::exchange(waiting_, {})) {
      if (!next.token.expired()) next.then();
    }
    if (const auto lost = std::exchange(lost_, 0); lost > 0) {
      append({0, to_unix_ms(clock_.unix_now()), "events.lost", "controller",
              nlohmann::json{{"count", lost}}.dump()},
             lost);
    }
  });
}

}  // namespace muster::controller
