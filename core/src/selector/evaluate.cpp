#include "evaluate.hpp"

namespace muster::selector {
namespace {

Match match_of(bool yes) { return yes ? Match::Yes : Match::No; }

Match negate(Match match) {
  if (match == Match::Unknown) return match;
  return match_of(match == Match::No);
}

std::optional<std::string> look_up(const NodeView::Lookup& lookup, const std::string& name) {
  return lookup ? lookup(name) : std::nullopt;
}

Match evaluate_label(const Expression& label, const NodeView& node) {
  const auto value = look_up(node.label, label.name);
  if (label.test == Test::Has) return match_of(value.has_value());
  const Match equal = match_of(value == label.value);
  return label.test == Test::Equal ? equal : negate(equal);
}

/// A fact that is not there has not been told yet, which says nothing about the node.
Match evaluate_fact(const Expression& fact, const NodeView& node) {
  const auto value = look_up(node.fact, fact.name);
  if (!value) return Match::Unknown;
  if (fact.test == Test::Has) return Match::Yes;
  return match_of((*value == fact.value) == (fact.test == Test::Equal));
}

/// `decisive` settles the whole: No for and, Yes for or.
Match evaluate_joined(const Expression& joined, const NodeView& node, Match decisive) {
  Match result = negate(decisive);
  for (const auto& child : joined.children) {
    const Match match = evaluate_expression(child, node);
    if (match == decisive) return decisive;
    if (match == Match::Unknown) result = Match::Unknown;
  }
  return result;
}

}  // namespace

Match evaluate_expression(const Expression& expression, const NodeView& node) {
  switch (expression.kind) {
    case Kind::All:
      return Match::Yes;
    case Kind::Node:
      return match_of(node.name == expression.name);
    case Kind::Label:
      return evaluate_label(expression, node);
    case Kind::Fact:
      return evaluate_fact(expression, node);
    case Kind::Not:
      return negate(evaluate_expression(expression.children.front(), node));
    case Kind::And:
      return evaluate_joined(expression, node, Match::No);
    case Kind::Or:
      return evaluate_joined(expression, node, Match::Yes);
  }
  return Match::Unknown;
}

}  // namespace muster::selector
