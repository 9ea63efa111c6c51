#include "fleet_checks.hpp"

#include <client/fleet.hpp>
#include <ctime>
#include <muster/core/base/clock.hpp>
#include <muster/core/base/version.hpp>
#include <muster/core/doctor/probes.hpp>
#include <optional>

namespace muster::cli {
namespace {

using doctor::Check;
using doctor::Checks;

constexpr std::chrono::seconds kTimeout{10};
constexpr std::uint16_t kHttpsPort = 443;

struct Place {
  std::string host;
  std::uint16_t port = kHttpsPort;
};

/// Of "https://HOST:PORT", which was checked before.
Place place_of(std::string address) {
  address.erase(0, std::string_view("https://").size());
  address = address.substr(0, address.find('/'));
  const auto bracket = address.find(']');
  const auto colon = address.rfind(':');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  Place place;
  if (has_port) {
    place.port = static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1));
    address.resize(colon);
  }
  std::erase_if(address, [](char c) { return c == '[' || c == ']'; });
  place.host = std::move(address);
  return place;
}

/// As the API writes times, "2026-01-31T12:00:00.000Z"; the part of a second is left out.
std::optional<UnixTime> time_from(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr || !text.ends_with('Z')) return std::nullopt;
  return UnixTime(std::chrono::seconds(::timegm(&parts)));
}

Check check_version(const std::string& theirs) {
  const std::string ours(kVersion);
  if (theirs == ours) return doctor::ok("version", "this is " + ours + ", as the controller is");
  return doctor::warning("version", "this is " + ours + ", and the controller is " + theirs,
                         "install the version of the controller");
}

Check check_clock(const client::Diagnosis& diagnosis, UnixTime asked, UnixTime answered) {
  const auto theirs = time_from(diagnosis.time);
  if (!theirs) return doctor::unknown("clock", "the controller did not say what time it has");
  return doctor::compare_clocks("the controller", asked, answered, *theirs);
}

Checks checks_from(const client::Diagnosis& diagnosis) {
  Checks checks;
  for (const auto& one : diagnosis.checks) {
    checks.push_back({one.name, doctor::verdict_from(one.verdict), one.says, one.advice});
  }
  return checks;
}

Checks ask_controller(const FleetAccess& access) {
  const SystemClock clock;
  auto api = client::ApiClient::open(access);
  if (!api) return {doctor::failed("controller", api.error().message, {})};
  const auto asked = clock.unix_now();
  const auto diagnosis = client::get_diagnosis(*api);
  const auto answered = clock.unix_now();
  if (!diagnosis) return {doctor::failed("controller", Failure(diagnosis.error()).message, {})};
  Checks checks{doctor::ok("controller", "it proved who it is, and let this token in"),
                check_clock(*diagnosis, asked, answered), check_version(diagnosis->version)};
  const auto more = checks_from(*diagnosis);
  checks.insert(checks.end(), more.begin(), more.end());
  return checks;
}

}  // namespace

Checks check_fleet(const CliResult<FleetAccess>& access) {
  if (!access) return {doctor::failed("fleet", access.error().message, {})};
  Checks checks{doctor::ok("fleet", access->controller)};
  const auto place = place_of(access->controller);
  checks.push_back(doctor::probe_name(place.host));
  checks.push_back(doctor::probe_port("port", place.host, place.port, kTimeout));
  const auto more = ask_controller(*access);
  checks.insert(checks.end(), more.begin(), more.end());
  return checks;
}

}  // namespace muster::cli
