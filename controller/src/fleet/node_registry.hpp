/// The living nodes in memory, found by id, name or key. Knows no sessions. Owned by the Fleet;
/// [loop].
#pragma once

#include <map>
#include <memory>
#include <muster/core/selector/selector.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fleet/node.hpp"
#include "store/store.hpp"

namespace muster::controller {

class NodeRegistry {
 public:
  Node& add(NodeRecord record);
  void remove(NodeId id);

  [[nodiscard]] Node* find(NodeId id);
  [[nodiscard]] Node* find_key(const PublicKey& transport_key);
  [[nodiscard]] Result<const Node*> find(std::string_view name_or_id) const;
  [[nodiscard]] const std::map<std::string, std::unique_ptr<Node>, std::less<>>& by_name() const {
    return nodes_;
  }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// By what `last(...)` asks for: how each node's last task of it stands.
  using LastTasks = std::map<std::string, LastStates, std::less<>>;

  /// What a selector may look at beside the nodes themselves.
  struct Context {
    UnixMs now = 0;
    const LastTasks* last = nullptr;  ///< none: nothing ever ended
  };

  /// `may_go_on` is asked now and then. Errors: ResourceExhausted once it says no.
  [[nodiscard]] Result<Selection> select(const selector::Selector& selector, const Context& context,
                                         const std::function<bool()>& may_go_on) const;
  /// A sentence, with a name that is near, about a label that no node has; else empty.
  [[nodiscard]] std::string check_label(const std::string& label) const;
  /// Why the selector cannot tell whether it means this node.
  [[nodiscard]] static std::vector<selector::Untold> untold(const selector::Selector& selector,
                                                            const Node& node,
                                                            const Context& context);
  /// Errors: NotFound, with a name that is near, for a fact that no node tells; a fleet that has
  /// told nothing yet may have any.
  [[nodiscard]] Status check_fact(std::string_view name) const;
  [[nodiscard]] FleetCounts counts() const;
  [[nodiscard]] std::vector<PublicKey> transport_keys() const;

 private:
  std::map<std::string, std::unique_ptr<Node>, std::less<>> nodes_;
  std::unordered_map<NodeId, Node*> by_id_;
  std::map<PublicKey, Node*> by_key_;
};

}  // namespace muster::controller
