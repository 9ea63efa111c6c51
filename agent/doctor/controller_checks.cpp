#include "controller_checks.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <muster/core/base/fd.hpp>
#include <muster/core/doctor/probes.hpp>
#include <muster/core/net/endpoint.hpp>
#include <muster/sdk/http_client.hpp>

#include "gateway_check.hpp"

namespace muster::agent {
namespace {

using doctor::Check;
using std::chrono::seconds;

constexpr seconds kTimeout{10};

/// A file that only this process has, and that the HTTP client can open by name while it is held.
Result<UniqueFd> in_memory(const std::string& text) {
  UniqueFd file(::memfd_create("ca", MFD_CLOEXEC));
  if (!file) return fail_errno("make a file in memory", errno);
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail_errno("write a file in memory", errno);
  }
  return file;
}

/// Asks the controller for something public, trusting its own authority alone; what its clock says
/// with it.
doctor::Checks check_api(const Identity& identity) {
  const std::string name = "controller";
  const auto authority = in_memory(identity.ca_pem);
  if (!authority) return {doctor::unknown(name, authority.error().message)};
  sdk::HttpClientOptions options;
  options.base_url = "https://" + identity.api_address;
  options.ca_file = "/proc/self/fd/" + std::to_string(authority->get());
  options.timeout = kTimeout;
  const SystemClock clock;
  const auto asked = clock.unix_now();
  const auto answer = sdk::HttpClient(options).request("GET", "/v1/ca");
  const auto answered = clock.unix_now();
  if (!answer) {
    const bool stranger = answer.error().kind == sdk::HttpError::Kind::Tls;
    return {doctor::failed(name, answer.error().message,
                           stranger ? "find out who is in between, or join the fleet anew"
                                    : "look whether muster-controller runs there")};
  }
  if (answer->status != 200) {
    return {doctor::failed(name, "it answered with HTTP status " + std::to_string(answer->status),
                           "look into the controller's log")};
  }
  doctor::Checks checks{doctor::ok(name, "it proved to be the one that this node joined")};
  const auto date = answer->header("date");
  const auto theirs = date ? parse_http_date(std::string(*date)) : std::nullopt;
  if (!theirs) {
    checks.push_back(doctor::unknown("clock", "the controller did not say what time it has"));
    return checks;
  }
  // A header has whole seconds, cut off.
  checks.push_back(doctor::compare_clocks("the controller", asked, answered,
                                          *theirs + std::chrono::milliseconds(500)));
  return checks;
}

}  // namespace

std::optional<UnixTime> parse_http_date(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return UnixTime(seconds(::timegm(&parts)));
}

doctor::Checks check_controller(const Identity& identity) {
  doctor::Checks checks;
  const auto api = net::parse_endpoint(identity.api_address, "controller:8420");
  const auto gateway = net::parse_endpoint(identity.gateway_address, "controller:8421");
  if (!api || !gateway) {
    return {doctor::failed("addresses", "those that this node was told are none",
                           "join the fleet anew")};
  }
  checks.push_back(doctor::probe_name(gateway->host));
  if (api->host != gateway->host) checks.push_back(doctor::probe_name(api->host));
  checks.push_back(doctor::probe_port("gateway", gateway->host, gateway->port, kTimeout));
  if (checks.back().verdict == doctor::Verdict::Ok) {
    checks.push_back(check_gateway_key(identity, kTimeout));
  }
  const auto more = check_api(identity);
  checks.insert(checks.end(), more.begin(), more.end());
  return checks;
}

}  // namespace muster::agent
