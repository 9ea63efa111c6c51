#include <muster/core/selector/selector.hpp>
#include <utility>

#include "caret.hpp"
#include "evaluate.hpp"
#include "lexer.hpp"
#include "parser.hpp"
#include "text.hpp"

namespace muster::selector {

bool operator==(const Expression& left, const Expression& right) {
  return left.kind == right.kind && left.subject == right.subject && left.test == right.test &&
         left.name == right.name && left.values == right.values && left.children == right.children;
}

Result<Selector> Selector::parse(std::string_view text, SyntaxError* where,
                                 const Vocabulary& vocabulary) {
  if (text.size() > kMaxTextBytes) {
    const std::string sentence =
        "the selector is longer than " + std::to_string(kMaxTextBytes) + " bytes";
    if (where != nullptr) *where = {kMaxTextBytes, sentence, {}};
    return fail(ErrorCode::ResourceExhausted, sentence);
  }
  ParseBudget budget;
  auto parsed = parse_expression(text, vocabulary, budget);
  if (parsed) return Selector(std::move(*parsed));
  const Slip& slip = parsed.error().slip;
  const std::string caret = point_at(text, slip.offset);
  if (where != nullptr) *where = {slip.offset, slip.sentence, caret};
  return fail(parsed.error().code, slip.sentence + "\n" + caret);
}

Match Selector::evaluate(const NodeView& node, std::vector<Untold>* untold) const {
  return evaluate_expression(root_, node, untold);
}

std::string Selector::text() const { return expression_text(root_); }

}  // namespace muster::selector
