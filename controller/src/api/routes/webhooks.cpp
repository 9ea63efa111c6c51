#include <nlohmann/json.hpp>

#include "api/serve.hpp"
#include "api/webhook_view.hpp"
#include "events/event_types.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

/// The answer to a request that means a webhook as it is no more, or that wants a new one.
std::optional<Problem> changed(const Services& services, const Exchange& exchange) {
  const auto& name = exchange.path("name");
  const auto webhook = services.webhooks.find(name);
  const bool there = webhook || services.webhooks.changing(name);
  if (auto problem = exchange.there_already(there, "a webhook " + name.substr(0, 64))) {
    return problem;
  }
  const bool known = webhook && !services.webhooks.changing(name);
  return exchange.changed_since(known ? webhook_view(**webhook) : json());
}

WebhookChange change_from(const Exchange& exchange) {
  const auto& body = exchange.body();
  WebhookChange change;
  change.name = exchange.path("name");
  change.url = body.at("url");
  change.filter = body.at("filter");
  change.allow_private = body.at("allow_private");
  change.secret = body.value("secret", "");
  change.by = exchange.principal;
  return change;
}

}  // namespace

void list_webhooks(const Services& services, const ExchangePtr& exchange) {
  json views = json::array();
  for (const auto* webhook : services.webhooks.all()) {
    auto progress = webhook_progress_view(services, *webhook);
    if (!progress) return exchange->answer(progress.error());
    views.push_back({{"webhook", webhook_view(*webhook)}, {"progress", std::move(*progress)}});
  }
  exchange->answer(200, {{"webhooks", std::move(views)}});
}

void get_webhook(const Services& services, const ExchangePtr& exchange) {
  const auto webhook = services.webhooks.find(exchange->path("name"));
  if (!webhook) return exchange->answer(webhook.error());
  exchange->answer(200, webhook_view(**webhook));
}

void put_webhook(const Services& services, const ExchangePtr& exchange) {
  if (const auto problem = changed(services, *exchange)) return exchange->answer(*problem);
  const auto change = change_from(*exchange);
  if (const auto problem = filter_problem(change.filter)) return exchange->answer(*problem);
  auto once = json::object();
  if (auto warnings = unknown_types(EventFilter::parse(change.filter).value(), services.fleet);
      !warnings.empty()) {
    once["warnings"] = std::move(warnings);
  }
  services.webhooks.put(change, [&services, exchange, name = change.name,
                                 once](const Result<WebhookMade>& made) mutable {
    if (!made) return exchange->answer(made.error());
    const auto webhook = services.webhooks.find(name);
    if (!webhook) return exchange->answer(webhook.error());
    if (!made->secret.empty()) once["secret"] = made->secret;
    exchange->answer(made->is_new ? 201 : 200, webhook_view(**webhook), {}, once);
  });
}

void remove_webhook(const Services& services, const ExchangePtr& exchange) {
  const auto& name = exchange->path("name");
  if (const auto found = services.webhooks.find(name); !found) {
    return exchange->answer(found.error());
  }
  if (const auto problem = changed(services, *exchange)) return exchange->answer(*problem);
  services.webhooks.remove(name, exchange->principal, [exchange](const Status& removed) {
    if (!removed) return exchange->answer(removed.error());
    exchange->answer_nothing();
  });
}

}  // namespace muster::controller::api
