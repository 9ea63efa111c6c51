#include "text.hpp"

#include <muster/core/selector/pattern.hpp>
#include <string_view>

#include "lexer.hpp"

namespace muster::selector {
namespace {

std::string_view operator_text(Test test) {
  switch (test) {
    case Test::Has:
      return "";
    case Test::Equal:
      return "=";
    case Test::NotEqual:
      return "!=";
    case Test::Less:
      return "<";
    case Test::AtMost:
      return "<=";
    case Test::Greater:
      return ">";
    case Test::AtLeast:
      return ">=";
    case Test::Matches:
      return "=~";
    case Test::NotMatches:
      return "!~";
    case Test::In:
      return " in ";
    case Test::NotIn:
      return " not in ";
  }
  return "";
}

/// Whether it may stand without quotes: itself, or a pattern of such characters.
bool is_bare(const Value& value) {
  if (value.literal) return false;
  std::string plain;
  for (const char c : value.text) {
    const bool mark = c == '*' || c == '?' || c == '[' || c == ']' || c == ',';
    plain += mark ? 'x' : c;
  }
  return is_plain_word(is_pattern(value.text) ? plain : value.text);
}

std::string value_text(const Value& value, Test test) {
  if (!value.upper.empty()) return value.text + ".." + value.upper;
  if (test == Test::Matches || test == Test::NotMatches) return quoted(value.text);
  return is_bare(value) ? value.text : quoted(value.text);
}

std::string values_text(const Expression& term) {
  if (term.test != Test::In && term.test != Test::NotIn) {
    return term.values.empty() ? "" : value_text(term.values.front(), term.test);
  }
  std::string text;
  for (const auto& value : term.values) {
    text += (text.empty() ? "(" : ", ") + value_text(value, term.test);
  }
  return text + ")";
}

std::string term_text(const Expression& term) {
  const auto test = std::string(operator_text(term.test)) + values_text(term);
  switch (term.subject) {
    case Subject::Node:
      return term.test == Test::Equal ? "node:" + values_text(term) : "node" + test;
    case Subject::Addresses:
      return "cidr(" + term.values.front().text + ")";
    case Subject::Age:
    case Subject::Last:
      return (term.subject == Subject::Age ? "age(" : "last(") +
             (is_plain_word(term.name) ? term.name : quoted(term.name)) + ")" + test;
    case Subject::Label:
    case Subject::Fact:
      break;
  }
  return term.name + test;
}

/// How tightly an expression holds together; what is looser than its surroundings needs
/// parentheses.
int binding(Kind kind) {
  return kind == Kind::Or ? 0 : kind == Kind::And ? 1 : kind == Kind::Not ? 2 : 3;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string written_value(std::string_view text) {
  return is_plain_word(text) && !is_pattern(text) ? std::string(text) : quoted(text);
}

std::string expression_text(const Expression& expression) {
  const auto part = [&expression](const Expression& child) {
    const std::string text = expression_text(child);
    return binding(child.kind) < binding(expression.kind) ? "(" + text + ")" : text;
  };
  switch (expression.kind) {
    case Kind::All:
      return "all";
    case Kind::Term:
      return term_text(expression);
    case Kind::Group:
      return "group:" +
             (is_plain_word(expression.name) ? expression.name : quoted(expression.name));
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

}  // namespace muster::selector
