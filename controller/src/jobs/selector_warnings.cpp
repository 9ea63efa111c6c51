#include "jobs/selector_warnings.hpp"

#include <set>

namespace muster::controller {
namespace {

using selector::Expression;
using selector::Subject;

constexpr std::size_t kMost = 8;

struct Names {
  std::set<std::string> nodes;
  std::set<std::string> labels;
};

/// Names that stand for themselves: a pattern may well match nothing.
void collect(const Expression& expression, Names& names) {
  for (const auto& child : expression.children) collect(child, names);
  if (expression.kind != selector::Kind::Term) return;
  if (expression.subject == Subject::Label) names.labels.insert(expression.name);
  using selector::Test;
  const bool by_name = expression.test == Test::Equal || expression.test == Test::NotEqual ||
                       expression.test == Test::In || expression.test == Test::NotIn;
  if (expression.subject != Subject::Node || !by_name) return;
  for (const auto& value : expression.values) {
    const bool one = value.upper.empty() && value.text.find_first_of("*?[") == std::string::npos;
    if (one || value.literal) names.nodes.insert(value.text);
  }
}

std::string about_node(const Fleet& fleet, const std::string& name) {
  const auto found = fleet.find(name);
  if (!found) return found.error().message;
  if ((*found)->record.name == name) return {};
  return name + " is the id of a node; its name is " + (*found)->record.name;
}

}  // namespace

std::vector<std::string> warnings_of(const Fleet& fleet, const selector::Selector& selector,
                                     std::size_t unknown) {
  Names names;
  collect(selector.expression(), names);
  std::vector<std::string> warnings;
  const auto add = [&warnings](std::string sentence) {
    if (sentence.empty() || warnings.size() > kMost) return;
    const bool full = warnings.size() == kMost;
    warnings.push_back(full ? "there may be more that does not exist" : std::move(sentence));
  };
  for (const auto& name : names.nodes) {
    if (warnings.size() <= kMost) add(about_node(fleet, name));
  }
  for (const auto& name : names.labels) {
    if (warnings.size() <= kMost) add(fleet.check_label(name));
  }
  if (unknown > 0) {
    warnings.push_back(unknown == 1
                           ? "1 node is left out because it has not told what it asks for"
                           : std::to_string(unknown) +
                                 " nodes are left out because they have not told what it asks for");
  }
  return warnings;
}

}  // namespace muster::controller
