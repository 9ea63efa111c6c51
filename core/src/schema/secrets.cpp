#include <muster/core/schema/schema.hpp>
#include <string>

#include "checker.hpp"

namespace muster::schema {
namespace {

using nlohmann::json;

/// Forms within forms multiply. A step is one schema at one value.
constexpr std::size_t kMaxSteps = 1'000'000;

class Concealer {
 public:
  explicit Concealer(const std::vector<Node>& nodes) : nodes_(nodes) {}

  void conceal(NodeIndex index, json& value, int depth) {
    if (++steps_ > kMaxSteps || depth > kMaxDepth) too_much_ = true;
    if (too_much_) return;
    const Node& node = nodes_[index];
    if (node.secret) return hide(value);
    if (value.is_object()) conceal_map(node, value, depth);
    if (value.is_array() && node.items != kNoNode) {
      for (auto& item : value) conceal(node.items, item, depth + 1);
    }
    for (const NodeIndex form : node.one_of) conceal(form, value, depth);
    if (node.ref != kNoNode) conceal(node.ref, value, depth);
  }

  void hide(json& value) {
    value = kSecretMark;
    found_ = true;
  }

  [[nodiscard]] bool found() const { return found_; }
  [[nodiscard]] bool too_much() const { return too_much_; }

 private:
  void conceal_map(const Node& node, json& value, int depth) {
    for (auto& [name, part] : value.items()) {
      const auto declared = node.properties.find(name);
      const NodeIndex next = declared == node.properties.end() ? node.additional : declared->second;
      if (next != kNoNode) conceal(next, part, depth + 1);
    }
  }

  const std::vector<Node>& nodes_;
  std::size_t steps_ = 0;
  bool too_much_ = false;
  bool found_ = false;
};

}  // namespace

bool conceal_value(const std::vector<Node>& nodes, NodeIndex entry, json& value) {
  Concealer concealer(nodes);
  concealer.conceal(entry, value, 0);
  if (!concealer.too_much()) return concealer.found();
  if (!value.is_object()) {
    concealer.hide(value);
    return true;
  }
  for (auto& [name, part] : value.items()) concealer.hide(part);
  return true;
}

}  // namespace muster::schema
