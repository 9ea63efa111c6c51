#include <muster/core/selector/selector.hpp>
#include <utility>

#include "caret.hpp"
#include "evaluate.hpp"
#include "lexer.hpp"
#include "parser.hpp"

namespace muster::selector {
namespace {

std::string value_text(const std::string& value) {
  if (is_word(value)) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string term_text(const Expression& term) {
  if (term.test == Test::Has) return term.name;
  return term.name + (term.test == Test::Equal ? "=" : "!=") + value_text(term.value);
}

/// How tightly an expression holds together; what is looser than its surroundings needs
/// parentheses.
int binding(Kind kind) {
  return kind == Kind::Or ? 0 : kind == Kind::And ? 1 : kind == Kind::Not ? 2 : 3;
}

std::string expression_text(const Expression& expression) {
  const auto part = [&expression](const Expression& child) {
    const std::string text = expression_text(child);
    return binding(child.kind) < binding(expression.kind) ? "(" + text + ")" : text;
  };
  switch (expression.kind) {
    case Kind::All:
      return "all";
    case Kind::Node:
      return "node:" + value_text(expression.name);
    case Kind::Label:
    case Kind::Fact:
      return term_text(expression);
    case Kind::Not:
      return "not " + part(expression.children.front());
    case Kind::And:
    case Kind::Or:
      break;
  }
  std::string text;
  for (const auto& child : expression.children) {
    if (!text.empty()) text += expression.kind == Kind::And ? " and " : " or ";
    text += part(child);
  }
  return text;
}

}  // namespace

Result<Selector> Selector::parse(std::string_view text, SyntaxError* where) {
  if (text.size() > kMaxTextBytes) {
    const std::string sentence =
        "the selector is longer than " + std::to_string(kMaxTextBytes) + " bytes";
    if (where != nullptr) *where = {kMaxTextBytes, sentence, {}};
    return fail(ErrorCode::ResourceExhausted, sentence);
  }
  auto parsed = parse_expression(text);
  if (parsed) return Selector(std::move(*parsed));
  const Slip& slip = parsed.error().slip;
  const std::string caret = point_at(text, slip.offset);
  if (where != nullptr) *where = {slip.offset, slip.sentence, caret};
  return fail(parsed.error().code, slip.sentence + "\n" + caret);
}

Match Selector::evaluate(const NodeView& node) const { return evaluate_expression(root_, node); }

std::string Selector::text() const { return expression_text(root_); }

}  // namespace muster::selector
