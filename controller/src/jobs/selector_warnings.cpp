#include "jobs/selector_warnings.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace muster::controller {
namespace {

using selector::Expression;
using selector::Subject;

constexpr std::size_t kMost = 8;
constexpr std::size_t kMostAsked = 100;  // nodes, why they are unknown

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

std::string left_out(std::size_t nodes, bool wrong_bound) {
  const bool one = nodes == 1;
  return std::to_string(nodes) + (one ? " node is" : " nodes are") + " left out because " +
         (wrong_bound ? "the selector cannot decide about " + std::string(one ? "it" : "them")
                      : std::string(one ? "it has" : "they have") + " not told what it asks for");
}

}  // namespace

std::vector<std::string> warnings_of(const Fleet& fleet, const selector::Selector& selector,
                                     const Unknown& unknown) {
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
  const auto bounds = wrong_bounds(fleet, selector, unknown);
  warnings.insert(warnings.end(), bounds.begin(), bounds.end());
  if (!unknown.empty()) warnings.push_back(left_out(unknown.size(), !bounds.empty()));
  return warnings;
}

std::vector<std::string> wrong_bounds(const Fleet& fleet, const selector::Selector& selector,
                                      const Unknown& unknown) {
  std::map<std::pair<std::string, std::string>, std::string> bounds;  // and a node
  const auto count = static_cast<std::ptrdiff_t>(std::min(unknown.size(), kMostAsked));
  const Unknown some(unknown.begin(), unknown.begin() + count);
  const auto untold = fleet.untold(selector, some);
  for (std::size_t i = 0; i < some.size(); ++i) {
    for (const auto& one : untold[i]) {
      if (one.why != selector::Untold::Why::BoundNotComparable || bounds.size() == kMost) continue;
      bounds.try_emplace({one.name, one.bound}, some[i]->record.name);
    }
  }
  std::vector<std::string> sentences;
  sentences.reserve(bounds.size());
  for (const auto& [which, node] : bounds) {
    sentences.push_back(which.first + " is a number on " + node + ", and " +
                        selector::written_value(which.second) + " is none");
  }
  return sentences;
}

}  // namespace muster::controller
