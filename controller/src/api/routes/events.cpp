#include <muster/core/base/units.hpp>
#include <nlohmann/json.hpp>

#include "api/job_wait.hpp"
#include "api/serve.hpp"
#include "events/cloud_event.hpp"
#include "events/event_filter.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

/// One request, which may have to wait for an event.
struct Asked {
  const Services& services;
  ExchangePtr exchange;
  EventFilter filter;
  std::uint64_t after = 0;
  std::size_t limit = 0;
  run::Timer patience;
};

/// False when there is nothing yet.
bool answer_events(Asked& asked, bool even_if_empty) {
  const auto events = asked.services.store.events_after(asked.after, asked.limit);
  if (!events) {
    asked.exchange->answer(events.error());
    return true;
  }
  const auto source = event_source(asked.services.store.meta().fleet);
  json views = json::array();
  for (const auto& event : *events) {
    asked.after = event.id;
    if (asked.filter.wants(event)) views.push_back(cloud_event(event, source));
  }
  const bool more = events->size() == asked.limit;
  if (views.empty() && !even_if_empty && !more) return false;
  asked.exchange->answer(200, {{"events", std::move(views)}, {"next", asked.after}});
  return true;
}

/// Who waits is kept by their patience alone: when that is at its end nobody asks for them again.
void answer_or_wait(const std::shared_ptr<Asked>& asked) {
  if (answer_events(*asked, !asked->patience.armed())) return asked->patience.reset();
  const bool waits = asked->services.events.when_next(asked, [weak = std::weak_ptr(asked)] {
    if (const auto still = weak.lock()) answer_or_wait(still);
  });
  if (waits) return;
  asked->patience.reset();
  answer_events(*asked, true);
}

/// Of the newest `limit` events when nobody says after which.
Result<std::uint64_t> first_after(const Services& services, const Exchange& exchange,
                                  std::uint64_t limit) {
  if (const auto after = exchange.number("after")) return *after;
  return services.store.last_event().map(
      [limit](std::uint64_t last) { return last > limit ? last - limit : 0; });
}

}  // namespace

void list_events(const Services& services, const ExchangePtr& exchange) {
  selector::SyntaxError where;
  auto filter = EventFilter::parse(exchange->query("filter"), &where);
  if (!filter) {
    auto error = filter.error();
    error.code = ErrorCode::InvalidArgument;
    if (!where.sentence.empty()) error.message = where.sentence;
    return exchange->answer(Problem{std::move(error), "selector_syntax", where.caret});
  }
  const auto limit = *exchange->number("limit");
  const auto after = first_after(services, *exchange, limit);
  if (!after) return exchange->answer(after.error());
  const auto wait = wait_from(*exchange);
  if (!wait) return exchange->answer(wait.error());
  const auto asked = std::make_shared<Asked>(
      Asked{services, exchange, std::move(*filter), *after, static_cast<std::size_t>(limit), {}});
  if (wait->count() > 0) {
    asked->patience = services.loop.after(*wait, [asked] { answer_events(*asked, true); });
  }
  answer_or_wait(asked);
}

}  // namespace muster::controller::api
