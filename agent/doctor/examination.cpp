#include "examination.hpp"

#include <muster/core/doctor/probes.hpp>

#include "controller_checks.hpp"
#include "identity/identity.hpp"
#include "kernel_checks.hpp"
#include "running_agent.hpp"

namespace muster::agent {
namespace {

using doctor::Check;

Check check_identity(const Result<Identity>& identity) {
  if (identity) {
    return doctor::ok("identity", "this node is " + identity->name + " (" + identity->node.text() +
                                      ") of the fleet at " + identity->api_address);
  }
  const bool never_joined = identity.error().code == ErrorCode::NotFound;
  return doctor::failed("identity", identity.error().message,
                        never_joined ? "join a fleet: muster-agent join --help"
                                     : "mend the file, or join the fleet anew");
}

Check check_running(const std::filesystem::path& state) {
  const auto agent = running_agent(state);
  if (agent) return doctor::ok("agent", "it runs as process " + std::to_string(*agent));
  return doctor::warning("agent", "none runs with this state",
                         "muster-agent run --state " + state.string() + " --plugins DIR");
}

void append(doctor::Checks& checks, doctor::Checks more) {
  for (auto& check : more) checks.push_back(std::move(check));
}

}  // namespace

doctor::Checks examine_node(const std::filesystem::path& state) {
  doctor::Checks checks;
  const auto identity = load_identity(state);
  checks.push_back(check_identity(identity));
  checks.push_back(check_running(state));
  checks.push_back(doctor::probe_disk(state));
  append(checks, check_kernel());
  if (identity) {
    append(checks, check_controller(*identity));
  } else {
    checks.push_back(doctor::unknown("controller", "without an identity nobody knows which"));
  }
  return checks;
}

}  // namespace muster::agent
