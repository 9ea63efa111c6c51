#include <muster/core/selector/selector.hpp>

#include "compiled.hpp"

namespace muster::selector {
namespace {

bool is_negative(Test test) {
  return test == Test::NotEqual || test == Test::NotMatches || test == Test::NotIn;
}

Test without_not(Test test) {
  if (test == Test::NotMatches) return Test::Matches;
  const bool of_values = test == Test::NotEqual || test == Test::NotIn || test == Test::In;
  return of_values ? Test::Equal : test;
}

class Exclusions {
 public:
  explicit Exclusions(std::size_t most) : most_(most) {}

  /// `negated`: there is an odd number of `not` around it.
  void collect(const Expression& expression, bool negated) {
    if (expression.kind == Kind::Term) return collect_term(expression, negated);
    if (expression.kind == Kind::Group) {
      if (negated) add(expression);
      return;
    }
    const bool turned = expression.kind == Kind::Not ? !negated : negated;
    for (const auto& child : expression.children) collect(child, turned);
  }
  [[nodiscard]] std::vector<Expression> take() { return std::move(found_); }

 private:
  void collect_term(const Expression& term, bool negated) {
    if (is_negative(term.test) == negated || term.test == Test::Has) return;
    if (term.subject == Subject::Age || term.subject == Subject::Last) return;
    for (const auto& value : term.values) {
      Expression one = term;
      one.test = without_not(term.test);
      one.values = {value};
      auto compiled = Compiled::compile(one.subject, one.test, one.values);
      if (!compiled) continue;
      one.compiled = std::move(*compiled);
      add(std::move(one));
    }
  }

  void add(Expression expression) {
    if (found_.size() < most_) found_.push_back(std::move(expression));
  }

  std::size_t most_;
  std::vector<Expression> found_;
};

}  // namespace

std::vector<Selector> Selector::exclusions(std::size_t most) const {
  Exclusions exclusions(most);
  exclusions.collect(root_, false);
  std::vector<Selector> each;
  for (auto& expression : exclusions.take()) each.push_back(Selector(std::move(expression)));
  return each;
}

}  // namespace muster::selector
