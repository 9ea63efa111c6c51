#include "fleet/node_registry.hpp"

#include <algorithm>
#include <utility>

#include "near_name.hpp"

namespace muster::controller {
namespace {

selector::NodeView view_of(const Node& node) {
  const auto look_up = [](const std::map<std::string, std::string>& map) {
    return [&map](std::string_view name) -> std::optional<std::string> {
      const auto found = map.find(std::string(name));
      if (found == map.end()) return std::nullopt;
      return found->second;
    };
  };
  return {node.record.name, look_up(node.record.labels), look_up(node.record.facts)};
}

}  // namespace

Node& NodeRegistry::add(NodeRecord record) {
  const auto name = record.name;
  auto& slot = nodes_[name];
  slot = std::make_unique<Node>();
  slot->record = std::move(record);
  by_id_[slot->record.id] = slot.get();
  by_key_[slot->record.transport_key] = slot.get();
  return *slot;
}

void NodeRegistry::remove(NodeId id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const Node* node = found->second;
  by_key_.erase(node->record.transport_key);
  by_id_.erase(found);
  nodes_.erase(nodes_.find(node->record.name));
}

Node* NodeRegistry::find(NodeId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Node* NodeRegistry::find_key(const PublicKey& transport_key) {
  const auto found = by_key_.find(transport_key);
  return found == by_key_.end() ? nullptr : found->second;
}

Result<const Node*> NodeRegistry::find(std::string_view name_or_id) const {
  if (const auto found = nodes_.find(name_or_id); found != nodes_.end()) return found->second.get();
  if (const auto id = NodeId::parse(name_or_id)) {
    if (const auto found = by_id_.find(*id); found != by_id_.end()) return found->second;
  }
  std::vector<std::string> names;
  names.reserve(nodes_.size());
  for (const auto& [name, node] : nodes_) names.push_back(name);
  return fail(ErrorCode::NotFound, "no node is named " + std::string(name_or_id.substr(0, 256)) +
                                       did_you_mean(name_or_id, names));
}

Selection NodeRegistry::select(const selector::Selector& selector) const {
  Selection selection;
  for (const auto& [name, node] : nodes_) {
    switch (selector.evaluate(view_of(*node))) {
      case selector::Match::Yes:
        selection.matched.push_back(node.get());
        break;
      case selector::Match::Unknown:
        selection.unknown.push_back(node.get());
        break;
      case selector::Match::No:
        break;
    }
  }
  return selection;
}

FleetCounts NodeRegistry::counts() const {
  FleetCounts counts;
  counts.total = nodes_.size();
  for (const auto& [name, node] : nodes_) {
    switch (node->presence) {
      case Presence::Online:
        ++counts.online;
        break;
      case Presence::Suspect:
        ++counts.suspect;
        break;
      case Presence::Offline:
        ++counts.offline;
        break;
    }
  }
  return counts;
}

std::vector<PublicKey> NodeRegistry::transport_keys() const {
  std::vector<PublicKey> keys;
  keys.reserve(by_key_.size());
  for (const auto& [key, node] : by_key_) keys.push_back(key);
  return keys;
}

}  // namespace muster::controller
