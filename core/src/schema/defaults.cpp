#include "checker.hpp"

namespace muster::schema {
namespace {

using nlohmann::json;

/// Defaults within defaults of a schema that refers to itself could grow without end.
constexpr std::size_t kMaxSteps = 100'000;

/// What copying a value costs.
std::size_t weight(const json& value) {
  if (value.is_string()) return 1 + value.get_ref<const std::string&>().size() / 64;
  std::size_t sum = 1;
  if (value.is_structured()) {
    for (const auto& part : value) sum += weight(part);
  }
  return sum;
}

class Filler {
 public:
  explicit Filler(const std::vector<Node>& nodes) : nodes_(nodes) {}

  void fill(NodeIndex index, json& value, int depth) {
    if (++steps_ > kMaxSteps || depth > kMaxDepth) return;
    const Node& node = nodes_[index];
    if (value.is_object()) fill_map(node, value, depth);
    if (value.is_array() && node.items != kNoNode) {
      for (auto& item : value) fill(node.items, item, depth + 1);
    }
    if (node.ref != kNoNode) fill(node.ref, value, depth);
  }

 private:
  [[nodiscard]] const json* default_of(NodeIndex index) const {
    for (; index != kNoNode; index = nodes_[index].ref) {
      if (nodes_[index].default_value) return &*nodes_[index].default_value;
    }
    return nullptr;
  }

  void fill_map(const Node& node, json& value, int depth) {
    for (const auto& [name, part] : node.properties) {
      if (value.contains(name) || steps_ > kMaxSteps) continue;
      const json* given = default_of(part);
      if (given == nullptr) continue;
      steps_ += weight(*given);
      value[name] = *given;
    }
    for (auto& [name, part] : value.items()) {
      const auto declared = node.properties.find(name);
      const NodeIndex next = declared == node.properties.end() ? node.additional : declared->second;
      if (next != kNoNode) fill(next, part, depth + 1);
    }
  }

  const std::vector<Node>& nodes_;
  std::size_t steps_ = 0;
};

}  // namespace

void fill_value(const std::vector<Node>& nodes, NodeIndex entry, json& value) {
  Filler(nodes).fill(entry, value, 0);
}

}  // namespace muster::schema
