#include "events/event_log.hpp"

#include <muster/core/log/logger.hpp>
#include <nlohmann/json.hpp>

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
  store_.append_event(std::move(event), [this, type, subject](const Result<std::uint64_t>& stored) {
    if (stored) return;
    log_.error("an event was not stored",
               {{"type", type}, {"subject", subject}, {"reason", stored.error().message}});
  });
}

}  // namespace muster::controller
