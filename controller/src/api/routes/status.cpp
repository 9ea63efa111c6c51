#include <muster/core/base/version.hpp>
#include <nlohmann/json.hpp>

#include "api/serve.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {

void get_status(const Services& services, const ExchangePtr& exchange) {
  const auto counts = services.fleet.counts();
  nlohmann::json gateways = nlohmann::json::array();
  for (const auto& gateway : services.fleet.gateways()) {
    gateways.push_back({{"address", gateway.address}, {"connected", gateway.connected}});
  }
  exchange->answer(200, {{"version", kVersion},
                         {"fleet", services.store.meta().fleet.text()},
                         {"started", time_view(services.started)},
                         {"nodes",
                          {{"total", counts.total},
                           {"online", counts.online},
                           {"suspect", counts.suspect},
                           {"offline", counts.offline}}},
                         {"jobs", {{"running", services.jobs.open_jobs()}}},
                         {"gateways", std::move(gateways)}});
}

}  // namespace muster::controller::api
