#include "client/webhooks.hpp"

#include "client/event_place.hpp"
#include "client/request_body.hpp"

namespace muster::client {
namespace {

using nlohmann::json;

std::string path_of(const std::string& name) { return "/v1/webhooks/" + sdk::percent_encode(name); }

}  // namespace

static void read(const Place& place, Webhook& webhook) {
  place.must("name", webhook.name);
  place.must("url", webhook.url);
  place.must("filter", webhook.filter);
  place.must("allow_private", webhook.allow_private);
  place.may("secret", webhook.secret);
  place.may("warnings", webhook.warnings);
  place.must("updated", webhook.updated);
  place.must("updated_by", webhook.updated_by);
  webhook.told = place.told();
}

static void read(const Place& place, WebhookProgress& progress) {
  place.must("state", progress.state);
  place.must("pending", progress.pending);
  place.must("delivered", progress.delivered);
  place.must("dead_letters", progress.dead_letters);
  place.must("missed", progress.missed);
  place.must("failures", progress.failures);
  place.must_or_null("failing_since", progress.failing_since);
  place.must_or_null("next_attempt", progress.next_attempt);
  place.must_or_null("last_success", progress.last_success);
  place.must("last_error", progress.last_error);
}

static void read(const Place& place, WebhookInList& one) {
  place.must("webhook", one.webhook);
  place.must("progress", one.progress);
}

static void read(const Place& place, Webhooks& webhooks) {
  place.must("webhooks", webhooks.webhooks);
  webhooks.told = place.told();
}

static void read(const Place& place, Attempt& attempt) {
  place.must("delivered", attempt.delivered);
  place.must_or_null("status", attempt.status);
  place.must("error", attempt.error);
  place.must("took_ms", attempt.took_ms);
  attempt.told = place.told();
}

static void read(const Place& place, Delivery& delivery) {
  place.must("time", delivery.time);
  place.must("event", delivery.event);
  place.must("type", delivery.type);
  read(place, delivery.attempt);
}

static void read(const Place& place, Deliveries& deliveries) {
  place.must("progress", deliveries.progress);
  place.must("deliveries", deliveries.deliveries);
  deliveries.told = place.told();
}

static void read(const Place& place, DeadLetter& letter) {
  place.must("id", letter.id);
  place.must("event", letter.event);
  place.must("died", letter.died);
  place.must("attempts", letter.attempts);
  place.must("reason", letter.reason);
}

static void read(const Place& place, DeadLetters& letters) {
  place.must("dead_letters", letters.dead_letters);
  place.must("dead_letters", letters.list);
}

Result<Webhooks> list_webhooks(ApiClient& api) {
  return read_answer<Webhooks>(api.get("/v1/webhooks"));
}

Result<Webhook> get_webhook(ApiClient& api, const std::string& name) {
  return read_answer<Webhook>(api.get(path_of(name)));
}

Result<Webhook> put_webhook(ApiClient& api, const std::string& name, const WebhookRequest& request,
                            const OnlyIf& only_if) {
  json body{
      {"url", request.url}, {"filter", request.filter}, {"allow_private", request.allow_private}};
  put(body, "secret", request.secret);
  return read_answer<Webhook>(api.send("PUT", path_of(name), body, only_if));
}

Result<void> remove_webhook(ApiClient& api, const std::string& name, const OnlyIf& only_if) {
  return nothing_of(api.send("DELETE", path_of(name), nullptr, only_if));
}

Result<Attempt> test_webhook(ApiClient& api, const std::string& name) {
  return read_answer<Attempt>(api.send("POST", path_of(name) + "/test", json::object()));
}

Result<Deliveries> list_deliveries(ApiClient& api, const std::string& name) {
  return read_answer<Deliveries>(api.get(path_of(name) + "/deliveries"));
}

Result<DeadLetters> list_dead_letters(ApiClient& api, const std::string& name,
                                      const DeadLetterQuery& asked) {
  return read_answer<DeadLetters>(
      api.get(path_of(name) + "/dead-letters" +
              query({{"limit", std::to_string(asked.limit)},
                     {"after", asked.after == 0 ? "" : std::to_string(asked.after)}})));
}

Result<Attempt> retry_dead_letter(ApiClient& api, const std::string& id) {
  return read_answer<Attempt>(
      api.send("POST", "/v1/dead-letters/" + sdk::percent_encode(id) + "/retry", json::object()));
}

}  // namespace muster::client
