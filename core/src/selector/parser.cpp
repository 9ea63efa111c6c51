#include "parser.hpp"

#include <array>
#include <iterator>
#include <utility>

namespace muster::selector {
namespace {

using Parsed = tl::expected<Expression, ParseFault>;

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Parsed run() {
    if (at(TokenKind::End)) {
      return refuse("the selector is empty; write all for every node, or a term such as role=web");
    }
    auto whole = parse_or(0);
    if (!whole || at(TokenKind::End)) return whole;
    return refuse_rest();
  }

 private:
  [[nodiscard]] const Token& token() const { return tokens_[next_]; }
  [[nodiscard]] bool at(TokenKind kind) const { return token().kind == kind; }
  [[nodiscard]] bool at_word(std::string_view word) const {
    return at(TokenKind::Word) && token().text == word;
  }
  [[nodiscard]] bool at_reserved() const {
    return at_word("and") || at_word("or") || at_word("not") || at_word("all");
  }

  bool accept_word(std::string_view word) {
    if (!at_word(word)) return false;
    ++next_;
    return true;
  }

  [[nodiscard]] tl::unexpected<ParseFault> refuse(
      std::string sentence, ErrorCode code = ErrorCode::InvalidArgument) const {
    return tl::unexpected(ParseFault{code, {token().offset, std::move(sentence)}});
  }

  Parsed parse_or(int depth) { return parse_joined(Kind::Or, depth); }

  /// One level of the two binary operators; a chain of one operator becomes one node.
  Parsed parse_joined(Kind kind, int depth) {
    const auto operand = [&] {
      return kind == Kind::Or ? parse_joined(Kind::And, depth) : parse_unary(depth);
    };
    auto first = operand();
    if (!first) return first;
    Expression joined{kind, {}, {}, {}, {}};
    add_operand(joined, std::move(*first));
    while (accept_word(kind == Kind::Or ? "or" : "and")) {
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
      return refuse("this is nested deeper than " + std::to_string(kMaxDepth) + " levels",
                    ErrorCode::ResourceExhausted);
    }
    if (!accept_word("not")) return parse_primary(depth);
    auto operand = parse_unary(depth + 1);
    if (!operand) return operand;
    Expression negated{Kind::Not, {}, {}, {}, {}};
    negated.children.push_back(std::move(*operand));
    return negated;
  }

  Parsed parse_primary(int depth) {
    if (at(TokenKind::Open)) return parse_parentheses(depth);
    if (at(TokenKind::Word) && !at_word("and") && !at_word("or")) return parse_term();
    switch (token().kind) {
      case TokenKind::End:
        return refuse("a term such as role=web is missing at the end");
      case TokenKind::Close:
        return refuse("a term such as role=web is missing before this parenthesis");
      case TokenKind::Word:
        return refuse("a term such as role=web is missing before " + token().text);
      case TokenKind::Quoted:
        return refuse("only a value may be quoted; write name=\"value\"");
      default:
        return refuse("a name is missing here");
    }
  }

  Parsed parse_parentheses(int depth) {
    const std::size_t opened = next_++;
    auto inner = parse_or(depth + 1);
    if (!inner) return inner;
    if (at(TokenKind::Close)) {
      ++next_;
      return inner;
    }
    if (!at(TokenKind::End)) return refuse_rest();
    next_ = opened;
    return refuse("this parenthesis is never closed");
  }

  Parsed parse_term() {
    const Token name = token();
    const bool reserved = at_reserved();
    ++next_;
    const bool compared = at(TokenKind::Equal) || at(TokenKind::NotEqual);
    if (reserved && (compared || name.text != "all")) {
      --next_;
      return refuse(name.text + " is a word of the language and cannot be the name of a label");
    }
    if (name.text == "all") return Expression{};
    if (at(TokenKind::Colon)) return parse_node(name);
    if (compared && name.text == "node") return refuse("to name one node write node:NAME");
    Expression term{name.text.find('.') == std::string::npos ? Kind::Label : Kind::Fact,
                    Test::Has,
                    name.text,
                    {},
                    {}};
    if (!compared) return term;
    term.test = at(TokenKind::Equal) ? Test::Equal : Test::NotEqual;
    ++next_;
    if (!at_value()) return refuse("a value is missing here; an empty one is written as \"\"");
    term.value = tokens_[next_++].text;
    return term;
  }

  Parsed parse_node(const Token& name) {
    if (name.text != "node")
      return refuse("only node: is followed by a name; did you mean " + name.text + "=...?");
    ++next_;
    if (!at_value() || token().text.empty()) return refuse("the name of a node is missing here");
    return Expression{Kind::Node, {}, tokens_[next_++].text, {}, {}};
  }

  [[nodiscard]] bool at_value() const { return at(TokenKind::Word) || at(TokenKind::Quoted); }

  /// A whole expression was read and something follows.
  [[nodiscard]] Parsed refuse_rest() const {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kUpper{
        {{"AND", "and"},
         {"OR", "or"},
         {"NOT", "not"},
         {"And", "and"},
         {"Or", "or"},
         {"Not", "not"}}};
    for (const auto& [upper, lower] : kUpper) {
      if (at_word(upper))
        return refuse("operators are written in lower case: " + std::string(lower));
    }
    // Before a term it is taken for the name of a label.
    if (next_ > 0 && (tokens_[next_ - 1].text == "NOT" || tokens_[next_ - 1].text == "Not")) {
      return refuse(
          "an operator is missing here; the word before it is written in lower case: not");
    }
    if (at(TokenKind::Close)) return refuse("this parenthesis was never opened");
    if (at(TokenKind::Equal) || at(TokenKind::NotEqual)) {
      return refuse(
          "a name is missing before this; a value that contains = is written in \"double quotes\"");
    }
    if (at(TokenKind::Colon))
      return refuse("a value that contains : is written in \"double quotes\"");
    return refuse("an operator is missing here; write and, or or, between two terms");
  }

  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

}  // namespace

tl::expected<Expression, ParseFault> parse_expression(std::string_view text) {
  auto tokens = read_tokens(text);
  if (!tokens)
    return tl::unexpected(ParseFault{ErrorCode::InvalidArgument, std::move(tokens.error())});
  return Parser(std::move(*tokens)).run();
}

}  // namespace muster::selector
