#include "fleet/fleet_checks.hpp"

#include <algorithm>
#include <muster/core/base/version.hpp>
#include <utility>

namespace muster::controller {
namespace {

using doctor::Check;
using Nodes = std::vector<const Node*>;

constexpr std::size_t kMostNamed = 5;

struct Named {
  std::size_t count = 0;
  std::string names;  ///< of the first few, as a sentence names them
};

template <class Predicate>
Named those(const Nodes& nodes, Predicate are) {
  Named named;
  for (const auto* node : nodes) {
    if (!are(*node) || ++named.count > kMostNamed) continue;
    named.names += (named.names.empty() ? "" : ", ") + node->record.name;
  }
  if (named.count > kMostNamed) {
    named.names += " and " + std::to_string(named.count - kMostNamed) + " more";
  }
  return named;
}

/// "2 of 9 nodes <what>: web1, web2", or `good` when there are none.
Check warn_of(std::string check, const Named& some, const Nodes& nodes, std::string good,
              const std::string& what, std::string advice) {
  if (some.count == 0) return doctor::ok(std::move(check), std::move(good));
  return doctor::warning(std::move(check),
                         std::to_string(some.count) + " of " + std::to_string(nodes.size()) +
                             " nodes " + what + ": " + some.names,
                         std::move(advice));
}

doctor::Checks check_gateways(const std::vector<GatewayStatus>& gateways) {
  if (gateways.empty()) {
    return {doctor::failed("gateway", "none has connected, so no agent can reach this controller",
                           "start muster-gateway with this controller's socket")};
  }
  doctor::Checks checks;
  for (const auto& gateway : gateways) {
    if (gateway.connected) {
      checks.push_back(doctor::ok("gateway", gateway.address + " is connected"));
    } else {
      checks.push_back(doctor::failed("gateway", gateway.address + " is not connected",
                                      "start muster-gateway there, and look into its log"));
    }
  }
  return checks;
}

Check check_presence(const Nodes& nodes) {
  if (nodes.empty()) return doctor::ok("nodes", "none has joined yet");
  const auto away =
      those(nodes, [](const Node& node) { return node.presence == Presence::Offline; });
  return warn_of("nodes", away, nodes, "none of " + std::to_string(nodes.size()) + " is offline",
                 "are offline",
                 "on such a node run muster-agent doctor; retire one that is gone for good");
}

Check check_clones(const Nodes& nodes) {
  const auto clones = those(nodes, [](const Node& node) { return node.clone.has_value(); });
  if (clones.count == 0) return doctor::ok("clones", "no two machines have one identity");
  return doctor::failed("clones", "another machine has the identity of " + clones.names,
                        "on the copy remove the agent's state directory and join it as a new node");
}

Check check_agents(const Nodes& nodes) {
  const auto others = those(nodes, [](const Node& node) {
    const auto& version = node.record.agent_version;
    return !version.empty() && version != kVersion;
  });
  const std::string own = "the controller's " + std::string(kVersion);
  return warn_of("agents", others, nodes, "none has another version than " + own,
                 "have an agent of another version than " + own,
                 "install the same version on them");
}

Check check_plugins(const Nodes& nodes) {
  const auto some = those(nodes, [](const Node& node) {
    if (node.presence == Presence::Offline) return false;  // nobody knows, and it is told of
    const auto& plugins = node.record.plugins;
    return std::any_of(plugins.begin(), plugins.end(), [](const auto& plugin) {
      return plugin.state != "ready" && plugin.state != "starting";
    });
  });
  return warn_of("plugins", some, nodes, "all of the nodes that are there are ready",
                 "have a plugin that is not ready", "muster plugin ls says which and why");
}

}  // namespace

doctor::Checks check_fleet(const Fleet& fleet) {
  auto checks = check_gateways(fleet.gateways());
  const auto nodes = fleet.nodes();
  checks.push_back(check_presence(nodes));
  checks.push_back(check_clones(nodes));
  checks.push_back(check_agents(nodes));
  checks.push_back(check_plugins(nodes));
  return checks;
}

}  // namespace muster::controller
