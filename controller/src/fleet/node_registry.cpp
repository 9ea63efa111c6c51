#include "fleet/node_registry.hpp"

#include <algorithm>
#include <muster/core/base/near_name.hpp>
#include <set>
#include <utility>

namespace muster::controller {
namespace {

selector::NodeView view_of(const Node& node, const NodeRegistry::Context& context) {
  selector::NodeView view;
  view.name = node.record.name;
  view.label = [&labels =
                    node.record.labels](std::string_view name) -> std::optional<std::string_view> {
    const auto found = labels.find(std::string(name));
    if (found == labels.end()) return std::nullopt;
    return found->second;
  };
  view.fact = [&node,
               now = context.now](std::string_view name) -> std::optional<selector::FactView> {
    const auto found = node.record.facts.find(std::string(name));
    if (found == node.record.facts.end()) return std::nullopt;
    const std::chrono::milliseconds age(std::max<UnixMs>(now - node.told_of(found->first), 0));
    return selector::FactView{found->second, age, age > kFactsLife};
  };
  view.last = [&node, last = context.last](std::string_view of) -> std::optional<std::string_view> {
    if (last == nullptr) return std::nullopt;
    const auto states = last->find(of);
    if (states == last->end()) return std::nullopt;
    const auto found = states->second.find(node.record.id);
    // A task that is not over has not ended in any way yet.
    if (found == states->second.end() || !wire::is_final(found->second)) return std::nullopt;
    return wire::to_string(found->second);
  };
  return view;
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

Result<Selection> NodeRegistry::select(const selector::Selector& selector, const Context& context,
                                       const std::function<bool()>& may_go_on) const {
  constexpr std::size_t kNodesBetween = 32;
  Selection selection;
  std::size_t looked_at = 0;
  for (const auto& [name, node] : nodes_) {
    if (++looked_at % kNodesBetween == 0 && !may_go_on()) {
      return fail(ErrorCode::ResourceExhausted,
                  "this selector takes too long over this fleet; make it simpler");
    }
    switch (selector.evaluate(view_of(*node, context))) {
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

std::string NodeRegistry::check_label(const std::string& label) const {
  std::set<std::string> labels;
  for (const auto& [name, node] : nodes_) {
    if (node->record.labels.contains(label)) return {};
    for (const auto& [known, value] : node->record.labels) labels.insert(known);
  }
  const auto hint = nodes_.contains(label) ? "; did you mean node:" + label + "?"
                                           : did_you_mean(label, {labels.begin(), labels.end()});
  return "no node has a label " + label + hint;
}

std::vector<selector::Untold> NodeRegistry::untold(const selector::Selector& selector,
                                                   const Node& node, const Context& context) {
  std::vector<selector::Untold> reasons;
  std::ignore = selector.evaluate(view_of(node, context), &reasons);
  return reasons;
}

Status NodeRegistry::check_fact(std::string_view name) const {
  const std::string fact(name);
  bool any = false;
  for (const auto& [node_name, node] : nodes_) {
    if (node->record.facts.contains(fact)) return {};
    any = any || !node->record.facts.empty();
  }
  if (!any) return {};  // a fleet that is still to come
  std::set<std::string> told;
  for (const auto& [node_name, node] : nodes_) {
    for (const auto& [known, value] : node->record.facts) told.insert(known);
  }
  return fail(ErrorCode::NotFound,
              "no node tells a fact " + fact + did_you_mean(name, {told.begin(), told.end()}));
}

FleetCounts NodeRegistry::counts() const {
  FleetCounts counts;
  counts.total = nodes_.size();
  for (const auto& [name, node] : nodes_) {
    if (node->record.drain) ++counts.drained;
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
