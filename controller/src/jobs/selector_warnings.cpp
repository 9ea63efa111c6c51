#include "jobs/selector_warnings.hpp"

#include <algorithm>
#include <map>
#include <muster/core/base/near_name.hpp>
#include <set>

#include "fleet/names.hpp"

namespace muster::controller {
namespace {

using selector::Expression;
using selector::Subject;

constexpr std::size_t kMost = 8;
constexpr std::size_t kMostExclusions = 16;  // each is tried on the whole fleet
constexpr std::size_t kMostAsked = 100;      // nodes, why they are unknown
constexpr std::size_t kFewNodes = 10;        // of a smaller fleet everybody sees that it is whole

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

/// "; did you mean X?" of a value that no node has.
std::string near_value(const Fleet& fleet, const Expression& term) {
  const bool label = term.subject == Subject::Label;
  const auto& value = term.values.front();
  const bool equal = term.test == selector::Test::Equal && value.upper.empty();
  if (!equal || !(label || term.subject == Subject::Fact)) return {};
  if (term.name == selector::kAddressesFact) return "; addresses are asked for with cidr()";
  using Kind = NamesWanted::Kind;
  const auto nodes = fleet.nodes();
  const auto counts = collect_names(nodes, {label ? Kind::Label : Kind::Fact, term.name, {}});
  std::vector<std::string> values;
  for (const auto& [name, count] : counts) values.emplace_back(name);
  return did_you_mean(value.text, values);
}

/// It is told already that there is no such node or label.
bool is_unknown_name(const Fleet& fleet, const Expression& term, const Names& names) {
  if (term.kind != selector::Kind::Term) return false;
  if (term.subject == Subject::Label) return !fleet.check_label(term.name).empty();
  return term.subject == Subject::Node && names.nodes.contains(term.values.front().text);
}

/// What the selector leaves out and no node is: `not role=wbe` is every node.
std::vector<std::string> idle_exclusions(const Fleet& fleet, const selector::Selector& selector,
                                         const Names& names) {
  std::vector<std::string> sentences;
  for (const auto& exclusion : selector.exclusions(kMostExclusions)) {
    const auto& term = exclusion.expression();
    if (sentences.size() == kMost || is_unknown_name(fleet, term, names)) continue;
    const auto selection = fleet.select(exclusion);
    if (!selection || !selection->matched.empty()) continue;
    if (selection->unknown.size() == fleet.nodes().size()) continue;  // which is told
    sentences.push_back("nothing is left out by " + exclusion.text() + ", because no node is that" +
                        (term.kind == selector::Kind::Term ? near_value(fleet, term) : ""));
  }
  return sentences;
}

/// Whether it only says which nodes are meant, and not by what they are not, by an order or by an
/// expression.
bool is_plain(const Expression& expression) {
  using selector::Kind;
  using selector::Test;
  if (expression.kind == Kind::Not) return false;
  if (expression.kind != Kind::Term) {
    return expression.kind == Kind::Group ||
           std::all_of(expression.children.begin(), expression.children.end(), is_plain);
  }
  return expression.test == Test::Has || expression.test == Test::Equal ||
         expression.test == Test::In;
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
  const auto idle = idle_exclusions(fleet, selector, names);
  warnings.insert(warnings.end(), idle.begin(), idle.end());
  const auto bounds = wrong_bounds(fleet, selector, unknown);
  warnings.insert(warnings.end(), bounds.begin(), bounds.end());
  if (!unknown.empty()) warnings.push_back(left_out(unknown.size(), !bounds.empty()));
  return warnings;
}

std::vector<std::string> warnings_of_job(const Fleet& fleet, const selector::Selector& selector,
                                         const Unknown& unknown) {
  auto warnings = warnings_of(fleet, selector, unknown);
  const auto count = fleet.nodes().size();
  const bool clear = count <= kFewNodes || is_plain(selector.expression());
  if (!warnings.empty() || clear) return warnings;
  const auto selection = fleet.select(selector);
  if (selection && selection->matched.size() == count) {
    warnings.push_back("the selector means every node of the fleet, all " + std::to_string(count));
  }
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
    sentences.push_back(which.first + " on " + node + " cannot be compared with " +
                        selector::written_value(which.second));
  }
  return sentences;
}

}  // namespace muster::controller
