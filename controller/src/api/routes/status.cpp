#include <muster/core/base/version.hpp>
#include <nlohmann/json.hpp>

#include "api/router.hpp"
#include "api/serve.hpp"
#include "api/webhook_view.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxClones = 100;  // that are named

/// Nodes whose identity another machine has, too.
json clones_view(const Fleet& fleet) {
  json named = json::array();
  std::size_t count = 0;
  for (const auto* node : fleet.nodes()) {
    if (!node->clone || ++count > kMaxClones) continue;
    named.push_back({{"node", node->record.name},
                     {"machine_id", node->clone->machine_id},
                     {"refused", time_view(node->clone->refused)}});
  }
  return {{"count", count}, {"nodes", std::move(named)}};
}

json kept_events_view(Store& store) {
  const auto oldest = store.events_after(0, 1);
  const auto last = store.last_event();
  if (!oldest || oldest->empty() || !last) return {{"count", 0}, {"oldest", nullptr}};
  const auto& first = oldest->front();
  return {{"count", *last - first.id + 1}, {"oldest", time_view(first.time)}};  // no gaps
}

json retention_view(const Services& services) {
  const auto kept = services.store.kept_jobs().value_or(KeptJobs{});
  const auto& limits = services.retention.limits();
  return {
      {"jobs", kept.jobs},
      {"bytes", kept.bytes},
      {"oldest_ended", time_view(kept.oldest)},
      {"events", kept_events_view(services.store)},
      {"max_seconds", std::chrono::duration_cast<std::chrono::seconds>(limits.keep_for).count()},
      {"max_bytes", limits.keep_bytes},
      {"doubts_clock", services.retention.doubts_clock()}};
}

/// Those with which an operator should do something.
Result<json> webhooks_view(const Services& services) {
  const auto all = services.webhooks.all();
  json failing = json::array();
  for (const auto* webhook : all) {
    const auto* state = state_of(webhook->progress);
    const auto dead = services.store.count_dead_letters(webhook->name);
    if (!dead) return tl::unexpected(dead.error());
    if (std::string_view(state) == "ok" && *dead == 0) continue;
    failing.push_back({{"name", webhook->name}, {"state", state}, {"dead_letters", *dead}});
  }
  return json{{"total", all.size()}, {"failing", std::move(failing)}};
}

}  // namespace

void get_status(const Services& services, const ExchangePtr& exchange) {
  const auto counts = services.fleet.counts();
  json gateways = json::array();
  for (const auto& gateway : services.fleet.gateways()) {
    gateways.push_back({{"address", gateway.address}, {"connected", gateway.connected}});
  }
  json answer{{"version", kVersion},
              {"fleet", services.store.meta().fleet.text()},
              {"started", time_view(services.started)},
              {"nodes",
               {{"total", counts.total},
                {"online", counts.online},
                {"suspect", counts.suspect},
                {"offline", counts.offline},
                {"drained", counts.drained}}},
              {"jobs", {{"running", services.jobs.open_jobs()}}},
              {"retention", retention_view(services)},
              {"clones", clones_view(services.fleet)},
              {"gateways", std::move(gateways)}};
  const auto who = who_asks(services.access, exchange->request());
  if (who && services.access.authorize(*who, Action::ReadWebhooks)) {
    auto webhooks = webhooks_view(services);
    if (!webhooks) return exchange->answer(webhooks.error());
    answer["webhooks"] = std::move(*webhooks);
  }
  exchange->answer(200, answer);
}

}  // namespace muster::controller::api
