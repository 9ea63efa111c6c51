#include <charconv>
#include <nlohmann/json.hpp>

#include "api/serve.hpp"
#include "api/webhook_view.hpp"
#include "events/cloud_event.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

json attempt_view(const WebhookAnswer& answer) {
  return {{"delivered", answer.taken()},
          {"status", answer.status == 0 ? json(nullptr) : json(answer.status)},
          {"error", answer.taken() ? "" : answer.why()},
          {"took_ms", answer.took.count()}};
}

Done<WebhookAnswer> answer_with(const ExchangePtr& exchange) {
  return [exchange](const Result<WebhookAnswer>& answer) {
    if (!answer) return exchange->answer(answer.error());
    exchange->answer(200, attempt_view(*answer));
  };
}

}  // namespace

void test_webhook(const Services& services, const ExchangePtr& exchange) {
  services.webhooks.test(exchange->path("name"), exchange->principal, answer_with(exchange));
}

void list_deliveries(const Services& services, const ExchangePtr& exchange) {
  const auto webhook = services.webhooks.find(exchange->path("name"));
  if (!webhook) return exchange->answer(webhook.error());
  auto progress = webhook_progress_view(services, **webhook);
  if (!progress) return exchange->answer(progress.error());
  json views = json::array();
  for (const auto& delivery : services.webhooks.deliveries((*webhook)->name)) {
    auto view = attempt_view(delivery.answer);
    view["time"] = time_view(delivery.time);
    view["event"] = delivery.event;
    view["type"] = delivery.type;
    views.push_back(std::move(view));
  }
  exchange->answer(200, {{"progress", std::move(*progress)}, {"deliveries", std::move(views)}});
}

void list_dead_letters(const Services& services, const ExchangePtr& exchange) {
  const auto webhook = services.webhooks.find(exchange->path("name"));
  if (!webhook) return exchange->answer(webhook.error());
  const auto letters = services.store.dead_letters((*webhook)->name, *exchange->number("after"),
                                                   *exchange->number("limit"));
  if (!letters) return exchange->answer(letters.error());
  const auto source = event_source(services.store.meta().fleet);
  json views = json::array();
  for (const auto& letter : *letters) {
    views.push_back({{"id", letter.id},
                     {"event", cloud_event(letter.event, source)},
                     {"died", time_view(letter.died)},
                     {"attempts", letter.attempts},
                     {"reason", letter.reason}});
  }
  exchange->answer(200, {{"dead_letters", std::move(views)}});
}

void retry_dead_letter(const Services& services, const ExchangePtr& exchange) {
  const auto& text = exchange->path("id");
  std::uint64_t id = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (wrong != std::errc{} || end != text.data() + text.size()) {
    return exchange->answer(Error{ErrorCode::NotFound,
                                  "'" + text.substr(0, 64) + "' is not the id of a dead letter",
                                  {},
                                  false,
                                  {}});
  }
  services.webhooks.send_again(id, answer_with(exchange));
}

}  // namespace muster::controller::api
