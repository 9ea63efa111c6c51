#include "client/nodes.hpp"

#include "client/answer_place.hpp"

namespace muster::client {
namespace {

std::string path_of(const std::string& node) { return "/v1/nodes/" + sdk::percent_encode(node); }

}  // namespace

static void read(const Place& place, PluginOfNode& plugin) {
  place.must("id", plugin.id);
  place.must("version", plugin.version);
  place.must("state", plugin.state);
}

static void read(const Place& place, Drain& drain) {
  place.must("since", drain.since);
  place.must("by", drain.by);
  place.must("reason", drain.reason);
}

static void read(const Place& place, Clone& clone) {
  place.must("machine_id", clone.machine_id);
  place.must("refused", clone.refused);
}

static void read(const Place& place, Node& node) {
  place.must("id", node.id);
  place.must("name", node.name);
  place.must("presence", node.presence);
  place.must("labels", node.labels);
  place.must("facts", node.facts);
  place.must_or_null("facts_told", node.facts_told);
  place.may("facts_older", node.facts_older);
  place.must("agent_version", node.agent_version);
  place.must("enrolled", node.enrolled);
  place.must_or_null("last_seen", node.last_seen);
  place.must("plugins", node.plugins);
  place.may("drained", node.drained);
  place.may("clone", node.clone);
  place.may("changed", node.changed);
  node.told = place.told();
}

static void read(const Place& place, Page<Node>& page) {
  place.must("nodes", page.items);
  place.may("next", page.next);
  place.may("warnings", page.warnings);
  page.told = place.told();
}

Result<Page<Node>> list_nodes(ApiClient& api, const NodeQuery& asked) {
  return read_answer<Page<Node>>(
      api.get("/v1/nodes" + query({{"selector", asked.selector},
                                   {"after", asked.cursor},
                                   {"limit", std::to_string(asked.limit)}})));
}

Result<Node> get_node(ApiClient& api, const std::string& node) {
  return read_answer<Node>(api.get(path_of(node)));
}

Result<Node> change_node(ApiClient& api, const std::string& node,
                         const std::map<std::string, std::optional<std::string>>& labels) {
  auto changes = nlohmann::json::object();
  for (const auto& [name, value] : labels) {
    changes[name] = value ? nlohmann::json(*value) : nlohmann::json();
  }
  return read_answer<Node>(api.send("PATCH", path_of(node), {{"labels", std::move(changes)}}));
}

Result<Node> drain_node(ApiClient& api, const std::string& node, const std::string& reason) {
  return read_answer<Node>(api.send("PUT", path_of(node) + "/drain", {{"reason", reason}}));
}

Result<Node> undrain_node(ApiClient& api, const std::string& node) {
  return read_answer<Node>(api.send("DELETE", path_of(node) + "/drain", nullptr));
}

Result<void> retire_node(ApiClient& api, const std::string& node) {
  return nothing_of(api.send("DELETE", path_of(node), nullptr));
}

}  // namespace muster::client
