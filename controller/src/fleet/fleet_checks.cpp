#include "fleet/fleet_checks.hpp"

#include <muster/core/base/version.hpp>

namespace muster::controller {
namespace {

using doctor::Check;
using Nodes = std::vector<const Node*>;

constexpr std::size_t kMostNamed = 5;

/// The nodes of which `is` is true, as a sentence names them; their number in `count`.
template <class Predicate>
std::string named(const Nodes& nodes, Predicate is, std::size_t& count) {
  std::string names;
  count = 0;
  for (const auto* node : nodes) {
    if (!is(*node)) continue;
    if (++count <= kMostNamed) names += (names.empty() ? "" : ", ") + node->record.name;
  }
  if (count > kMostNamed) names += " and " + std::to_string(count - kMostNamed) + " more";
  return names;
}

std::string of_nodes(std::size_t count, std::size_t total) {
  return std::to_string(count) + " of " + std::to_string(total) + " nodes";
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
  std::size_t away = 0;
  const auto names = named(
      nodes, [](const Node& node) { return node.presence == Presence::Offline; }, away);
  if (nodes.empty()) return doctor::ok("nodes", "none has joined yet");
  if (away == 0)
    return doctor::ok("nodes", "none of " + std::to_string(nodes.size()) + " is offline");
  return doctor::warning(
      "nodes", of_nodes(away, nodes.size()) + " are offline: " + names,
      "on such a node run muster-agent doctor; retire one that is gone for good");
}

Check check_clones(const Nodes& nodes) {
  std::size_t count = 0;
  const auto names = named(
      nodes, [](const Node& node) { return node.clone.has_value(); }, count);
  if (count == 0) return doctor::ok("clones", "no two machines have one identity");
  return doctor::failed("clones", "another machine has the identity of " + names,
                        "on the copy remove the agent's state directory and join it as a new node");
}

Check check_agents(const Nodes& nodes) {
  std::size_t other = 0;
  const auto names = named(
      nodes,
      [](const Node& node) {
        const auto& version = node.record.agent_version;
        return !version.empty() && version != kVersion;
      },
      other);
  const std::string own(kVersion);
  if (other == 0)
    return doctor::ok("agents", "none has another version than the controller's " + own);
  return doctor::warning("agents",
                         of_nodes(other, nodes.size()) + " have an agent of another version than " +
                             "the controller's " + own + ": " + names,
                         "install the same version on them");
}

Check check_plugins(const Nodes& nodes) {
  std::size_t count = 0;
  const auto names = named(
      nodes,
      [](const Node& node) {
        for (const auto& plugin : node.record.plugins) {
          if (plugin.state != "ready" && plugin.state != "starting") return true;
        }
        return false;
      },
      count);
  if (count == 0) return doctor::ok("plugins", "all that nodes have told of are ready");
  return doctor::warning(
      "plugins", of_nodes(count, nodes.size()) + " have a plugin that is not ready: " + names,
      "muster plugin ls says which and why");
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
