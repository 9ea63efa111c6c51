/// The nodes of the fleet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/page.hpp"

namespace muster::client {

struct NodeQuery {
  std::string selector = {};   ///< which; empty: all
  std::uint64_t limit = 1000;  ///< how many at most; the API gives no more at once
  std::string cursor = {};     ///< `next` of the page before
};

struct PluginOfNode {
  std::string id;
  std::string version;  ///< empty where a file could not be loaded as a plugin
  std::string state;
};

struct Drain {
  std::string since;
  std::string by;  ///< the name of an operator
  std::string reason;
};

/// Another machine that had the identity of a node while that was connected.
struct Clone {
  std::string machine_id;
  std::string refused;  ///< when
};

struct Node {
  std::string id;
  std::string name;
  std::string presence;  ///< online, suspect or offline
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> facts;
  std::string facts_told;  ///< when it said last that they are so; empty: nobody knows
  std::map<std::string, std::string> facts_older;  ///< when it knew these last, which are older
  std::string agent_version;
  std::string enrolled;
  std::string last_seen;  ///< empty: never
  std::vector<PluginOfNode> plugins;
  std::optional<Drain> drained;
  std::optional<Clone> clone;
  bool changed = true;  ///< of the answer to a change: whether it was otherwise before
  std::string etag;     ///< of one node, not in lists
  Json told;
};

/// By name.
[[nodiscard]] Result<Page<Node>> list_nodes(ApiClient& api, const NodeQuery& query);
/// `node` is a name or an id, here and below.
[[nodiscard]] Result<Node> get_node(ApiClient& api, const std::string& node);
/// Sets the labels, and takes away those without a value; all others stay.
[[nodiscard]] Result<Node> change_node(
    ApiClient& api, const std::string& node,
    const std::map<std::string, std::optional<std::string>>& labels);
/// Takes it out of service: jobs skip it.
[[nodiscard]] Result<Node> drain_node(ApiClient& api, const std::string& node,
                                      const std::string& reason);
[[nodiscard]] Result<Node> undrain_node(ApiClient& api, const std::string& node);
/// Lets it go for good.
[[nodiscard]] Result<void> retire_node(ApiClient& api, const std::string& node);

}  // namespace muster::client
