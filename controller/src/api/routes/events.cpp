#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "api/job_wait.hpp"
#include "api/serve.hpp"
#include "events/cloud_event.hpp"
#include "events/event_filter.hpp"
#include "events/event_types.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

/// Of one request, so that the loop is not held however seldom a filter's events are.
constexpr std::uint64_t kMostLookedAt = 1000;

/// One request, which may have to wait for an event.
struct Asked {
  const Services& services;
  ExchangePtr exchange;
  EventFilter filter;
  std::size_t limit = 0;
  std::uint64_t after = 0;
  run::Timer patience;
  std::vector<std::string> unknown = {};  // what it says of types
  WrongBounds wrong = {};                 // of the filter
};

json page_of(const Asked& asked, json events) {
  json page{{"events", std::move(events)}, {"next", asked.after}};
  auto warnings = asked.unknown;
  const auto wrong = warnings_of(asked.wrong);
  warnings.insert(warnings.end(), wrong.begin(), wrong.end());
  if (!warnings.empty()) page["warnings"] = warnings;
  return page;
}

/// The oldest of those that follow. False when there is nothing yet.
bool answer_following(Asked& asked, bool even_if_empty) {
  const auto events = asked.services.store.events_after(asked.after, kMostLookedAt);
  if (!events) {
    asked.exchange->answer(events.error());
    return true;
  }
  const auto source = event_source(asked.services.store.meta().fleet);
  json views = json::array();
  for (const auto& event : *events) {
    if (views.size() == asked.limit) break;
    asked.after = event.id;
    if (asked.filter.wants(event, &asked.wrong)) views.push_back(cloud_event(event, source));
  }
  const bool more = events->size() == kMostLookedAt;
  if (views.empty() && !even_if_empty && !more) return false;
  asked.exchange->answer(200, page_of(asked, std::move(views)));
  return true;
}

/// Who waits is kept by their patience alone: when that is at its end nobody asks for them again.
void answer_or_wait(const std::shared_ptr<Asked>& asked) {
  if (answer_following(*asked, !asked->patience.armed())) return asked->patience.reset();
  const bool waits = asked->services.events.when_next(asked, [weak = std::weak_ptr(asked)] {
    if (const auto still = weak.lock()) answer_or_wait(still);
  });
  if (waits) return;
  asked->patience.reset();
  answer_following(*asked, true);
}

/// Of those that asked.after and what came before it are, the newest.
Result<json> newest_until(Asked& asked) {
  auto& store = asked.services.store;
  const auto oldest = store.events_after(0, 1);
  if (!oldest) return tl::unexpected(oldest.error());
  // Ids have no gaps.
  const auto lowest = asked.after - std::min(asked.after, kMostLookedAt);
  const auto events = store.events_after(lowest, asked.after - lowest);
  if (!events) return tl::unexpected(events.error());
  const auto source = event_source(store.meta().fleet);
  std::vector<json> views;
  auto looked_from = asked.after + 1;
  for (auto event = events->rbegin(); event != events->rend(); ++event) {
    if (views.size() == asked.limit) break;
    looked_from = event->id;
    if (asked.filter.wants(*event, &asked.wrong)) views.push_back(cloud_event(*event, source));
  }
  std::reverse(views.begin(), views.end());
  auto answer = page_of(asked, std::move(views));
  const bool older = !oldest->empty() && oldest->front().id < looked_from;
  if (older) answer["previous"] = looked_from;
  return answer;
}

void answer_newest(Asked& asked, std::uint64_t before) {
  const auto last = asked.services.store.last_event();
  if (!last) return asked.exchange->answer(last.error());
  asked.after = std::min(*last, before - 1);
  const auto answer = newest_until(asked);
  answer ? asked.exchange->answer(200, *answer) : asked.exchange->answer(answer.error());
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
  const auto wait = wait_from(*exchange);
  if (!wait) return exchange->answer(wait.error());
  const auto limit = static_cast<std::size_t>(*exchange->number("limit"));
  const auto asked =
      std::make_shared<Asked>(Asked{services, exchange, std::move(*filter), limit, 0, {}});
  asked->unknown = unknown_types(asked->filter, services.fleet);
  const auto after = exchange->number("after");
  const auto before = exchange->number("before");
  if (after && before) {
    return exchange->answer(Error{ErrorCode::InvalidArgument,
                                  "events that follow one, or that came before one: give `after` "
                                  "or `before`",
                                  "/before",
                                  false,
                                  {}});
  }
  if (!after)
    return answer_newest(*asked, before.value_or(std::numeric_limits<std::uint64_t>::max()));
  asked->after = *after;
  if (wait->count() > 0) {
    asked->patience = services.loop.after(*wait, [asked] { answer_following(*asked, true); });
  }
  answer_or_wait(asked);
}

}  // namespace muster::controller::api
