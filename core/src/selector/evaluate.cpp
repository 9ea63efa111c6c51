#include "evaluate.hpp"

#include "compiled.hpp"

namespace muster::selector {
namespace {

Match match_of(bool yes) { return yes ? Match::Yes : Match::No; }

Match negate(Match match) {
  if (match == Match::Unknown) return match;
  return match_of(match == Match::No);
}

class Evaluation {
 public:
  Evaluation(const NodeView& node, std::vector<Untold>* untold) : node_(node), untold_(untold) {}

  [[nodiscard]] Match of(const Expression& expression) const {
    switch (expression.kind) {
      case Kind::All:
        return Match::Yes;
      case Kind::Term:
        return of_term(expression);
      case Kind::Group:
        return of(expression.children.front());
      case Kind::Not:
        return negate(of(expression.children.front()));
      case Kind::And:
        return of_joined(expression, Match::No);
      case Kind::Or:
        return of_joined(expression, Match::Yes);
    }
    return Match::Unknown;
  }

 private:
  /// `decisive` settles the whole: No for and, Yes for or.
  [[nodiscard]] Match of_joined(const Expression& joined, Match decisive) const {
    const std::size_t before = untold_ == nullptr ? 0 : untold_->size();
    Match result = negate(decisive);
    for (const auto& child : joined.children) {
      const Match match = of(child);
      if (match == decisive) {
        if (untold_ != nullptr) untold_->resize(before);  // it made no difference
        return decisive;
      }
      if (match == Match::Unknown) result = Match::Unknown;
    }
    return result;
  }

  [[nodiscard]] Match of_term(const Expression& term) const {
    switch (term.subject) {
      case Subject::Node:
        return term.compiled->test(term.test, node_.name);
      case Subject::Label:
        return of_label(term);
      case Subject::Fact:
      case Subject::Age:
      case Subject::Addresses:
        return of_fact(term);
      case Subject::Last:
        break;
    }
    const auto state = node_.last ? node_.last(term.name) : std::nullopt;
    return state ? term.compiled->test(term.test, *state) : unknown(term, Untold::Why::Missing);
  }

  [[nodiscard]] Match of_label(const Expression& term) const {
    const auto value = node_.label ? node_.label(term.name) : std::nullopt;
    if (term.test == Test::Has) return match_of(value.has_value());
    if (value) return tested(term, *value);
    return match_of(term.test == Test::NotEqual || term.test == Test::NotMatches ||
                    term.test == Test::NotIn);
  }

  /// A fact that is not there has not been told yet, which says nothing about the node.
  [[nodiscard]] Match of_fact(const Expression& term) const {
    const auto name = term.subject == Subject::Addresses ? kAddressesFact : term.name;
    const auto fact = node_.fact ? node_.fact(name) : std::nullopt;
    if (!fact) return unknown(term, Untold::Why::Missing);
    if (term.subject == Subject::Age) return term.compiled->test(term.test, fact->age);
    if (fact->stale) return unknown(term, Untold::Why::Stale, fact->age);
    if (term.subject == Subject::Addresses) return term.compiled->test_addresses(fact->value);
    if (term.test == Test::Has) return Match::Yes;
    return tested(term, fact->value);
  }

  [[nodiscard]] Match tested(const Expression& term, std::string_view told) const {
    const Match match = term.compiled->test(term.test, told);
    if (match != Match::Unknown) return match;
    const auto bound = term.compiled->wrong_bound(told);
    return unknown(term,
                   bound.empty() ? Untold::Why::NotComparable : Untold::Why::BoundNotComparable, {},
                   bound);
  }

  [[nodiscard]] Match unknown(const Expression& term, Untold::Why why,
                              std::chrono::milliseconds age = {},
                              std::string_view bound = {}) const {
    if (untold_ != nullptr) {
      const bool addresses = term.subject == Subject::Addresses;
      untold_->push_back({term.subject, addresses ? std::string(kAddressesFact) : term.name, why,
                          age, std::string(bound)});
    }
    return Match::Unknown;
  }

  const NodeView& node_;
  std::vector<Untold>* untold_;
};

}  // namespace

Match evaluate_expression(const Expression& expression, const NodeView& node,
                          std::vector<Untold>* untold) {
  return Evaluation(node, untold).of(expression);
}

}  // namespace muster::selector
