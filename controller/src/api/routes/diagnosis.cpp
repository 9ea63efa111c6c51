#include <muster/core/base/version.hpp>
#include <muster/core/doctor/check_json.hpp>
#include <muster/core/doctor/probes.hpp>
#include <nlohmann/json.hpp>

#include "api/serve.hpp"
#include "fleet/fleet_checks.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {

void get_diagnosis(const Services& services, const ExchangePtr& exchange) {
  const auto now = services.loop.clock().unix_now();
  const std::string renew = "restart the controller, which makes a new one in its last 30 days";
  const std::string remake = "make a new fleet CA and let the nodes join anew";
  doctor::Checks checks{
      doctor::probe_disk(services.state),
      doctor::check_validity("certificate", services.certificate_expires, now, renew),
      doctor::check_validity("authority", services.authority_expires, now, remake)};
  for (auto& check : check_fleet(services.fleet)) checks.push_back(std::move(check));
  exchange->answer(
      200,
      {{"version", kVersion}, {"time", time_view(to_unix_ms(now))}, {"checks", to_json(checks)}});
}

}  // namespace muster::controller::api
