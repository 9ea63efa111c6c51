#include "parser.hpp"

#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "term_parser.hpp"

namespace muster::selector {
namespace {

class Parser {
 public:
  Parser(std::vector<Token> tokens, const Vocabulary& vocabulary, ParseBudget& budget)
      : cursor_(std::move(tokens)), terms_(cursor_, vocabulary, budget) {}

  Parsed run() {
    if (cursor_.at(TokenKind::End)) {
      return cursor_.refuse(
          "the selector is empty; write all for every node, or a term such as role=web");
    }
    auto whole = parse_or(0);
    if (!whole || cursor_.at(TokenKind::End)) return whole;
    return refuse_rest();
  }

 private:
  Parsed parse_or(int depth) { return parse_joined(Kind::Or, depth); }

  /// One level of the two binary operators; a chain of one operator becomes one node.
  Parsed parse_joined(Kind kind, int depth) {
    const auto operand = [&] {
      return kind == Kind::Or ? parse_joined(Kind::And, depth) : parse_unary(depth);
    };
    auto first = operand();
    if (!first) return first;
    Expression joined;
    joined.kind = kind;
    add_operand(joined, std::move(*first));
    while (cursor_.accept_word(kind == Kind::Or ? "or" : "and")) {
      auto more = operand();
      if (!more) return more;
      add_operand(joined, std::move(*more));
    }
    if (joined.children.size() > 1) return joined;
    Expression only = std::move(joined.children.front());
    return only;
  }

  /// Parentheses around the same operator change nothing, so that they leave no trace in the tree.
  static void add_operand(Expression& joined, Expression operand) {
    if (operand.kind != joined.kind) {
      joined.children.push_back(std::move(operand));
      return;
    }
    joined.children.insert(joined.children.end(), std::make_move_iterator(operand.children.begin()),
                           std::make_move_iterator(operand.children.end()));
  }

  Parsed parse_unary(int depth) {
    if (depth >= kMaxDepth) {
      return cursor_.refuse("this is nested deeper than " + std::to_string(kMaxDepth) + " levels",
                            ErrorCode::ResourceExhausted);
    }
    if (!cursor_.accept_word("not")) return parse_primary(depth);
    auto operand = parse_unary(depth + 1);
    if (!operand) return operand;
    Expression negated;
    negated.kind = Kind::Not;
    negated.children.push_back(std::move(*operand));
    return negated;
  }

  Parsed parse_primary(int depth) {
    if (cursor_.at(TokenKind::Open)) return parse_parentheses(depth);
    if (cursor_.at(TokenKind::Word) && !cursor_.at_word("and") && !cursor_.at_word("or") &&
        !cursor_.at_word("in")) {
      return terms_.parse();
    }
    switch (cursor_.token().kind) {
      case TokenKind::End:
        return cursor_.refuse("a term such as role=web is missing at the end");
      case TokenKind::Close:
        return cursor_.refuse("a term such as role=web is missing before this parenthesis");
      case TokenKind::Word:
        return cursor_.refuse("a term such as role=web is missing before " + cursor_.token().text);
      case TokenKind::Quoted:
        return cursor_.refuse("only a value may be quoted; write name=\"value\"");
      default:
        return cursor_.refuse("a name is missing here");
    }
  }

  Parsed parse_parentheses(int depth) {
    const auto opened = cursor_.take().offset;
    auto inner = parse_or(depth + 1);
    if (!inner) return inner;
    if (cursor_.accept(TokenKind::Close)) return inner;
    if (!cursor_.at(TokenKind::End)) return refuse_rest();
    return Cursor::refuse_at(opened, "this parenthesis is never closed");
  }

  /// A whole expression was read and something follows.
  [[nodiscard]] Parsed refuse_rest() const {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kUpper{
        {{"AND", "and"},
         {"OR", "or"},
         {"NOT", "not"},
         {"IN", "in"},
         {"And", "and"},
         {"Or", "or"},
         {"Not", "not"},
         {"In", "in"}}};
    for (const auto& [upper, lower] : kUpper) {
      if (cursor_.at_word(upper))
        return cursor_.refuse("operators are written in lower case: " + std::string(lower));
      // Before a term it is taken for the name of a label.
      const auto* before = cursor_.token_before();
      if (lower == "not" && before != nullptr && before->kind == TokenKind::Word &&
          before->text == upper) {
        return Cursor::refuse_at(before->offset, "operators are written in lower case: not");
      }
    }
    const auto* last = cursor_.token_before();
    if (cursor_.at(TokenKind::Open) && last != nullptr && last->kind == TokenKind::Word) {
      return cursor_.refuse("only cidr, age and last are followed by parentheses");
    }
    if (cursor_.at(TokenKind::Close)) return cursor_.refuse("this parenthesis was never opened");
    if (cursor_.at(TokenKind::Comma)) {
      return cursor_.refuse("a comma joins nothing here; write and, or or, between the terms");
    }
    if (operator_of(cursor_.token().kind)) {
      return cursor_.refuse(
          "a name is missing before this; a value that contains it is written in \"double "
          "quotes\"");
    }
    if (cursor_.at(TokenKind::Colon))
      return cursor_.refuse("a value that contains : is written in \"double quotes\"");
    return cursor_.refuse("an operator is missing here; write and, or or, between two terms");
  }

  Cursor cursor_;
  TermParser terms_;
};

}  // namespace

tl::expected<Expression, ParseFault> parse_expression(std::string_view text,
                                                      const Vocabulary& vocabulary,
                                                      ParseBudget& budget) {
  auto tokens = read_tokens(text);
  if (!tokens)
    return tl::unexpected(ParseFault{ErrorCode::InvalidArgument, std::move(tokens.error())});
  return Parser(std::move(*tokens), vocabulary, budget).run();
}

}  // namespace muster::selector
