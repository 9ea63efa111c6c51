/// Where a parser is among the words of a selector. Private to the selector.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lexer.hpp"
#include "parser.hpp"

namespace muster::selector {

using Parsed = tl::expected<Expression, ParseFault>;

/// Never moves beyond the End token.
class Cursor {
 public:
  explicit Cursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  [[nodiscard]] const Token& token() const { return tokens_[next_]; }
  [[nodiscard]] const Token& token_after() const {
    return tokens_[std::min(next_ + 1, tokens_.size() - 1)];
  }
  [[nodiscard]] const Token* token_before() const {
    return next_ == 0 ? nullptr : &tokens_[next_ - 1];
  }
  [[nodiscard]] bool at(TokenKind kind) const { return token().kind == kind; }
  [[nodiscard]] bool at_word(std::string_view word) const {
    return at(TokenKind::Word) && token().text == word;
  }
  [[nodiscard]] bool at_value() const { return at(TokenKind::Word) || at(TokenKind::Quoted); }
  [[nodiscard]] bool at_reserved() const {
    return at_word("and") || at_word("or") || at_word("not") || at_word("all") || at_word("in");
  }

  /// The word that it stood before.
  const Token& take() {
    const auto& taken = token();
    next_ = std::min(next_ + 1, tokens_.size() - 1);
    return taken;
  }
  bool accept(TokenKind kind) {
    if (!at(kind)) return false;
    take();
    return true;
  }
  bool accept_word(std::string_view word) {
    if (!at_word(word)) return false;
    take();
    return true;
  }

  [[nodiscard]] static tl::unexpected<ParseFault> refuse_at(
      std::size_t offset, std::string sentence, ErrorCode code = ErrorCode::InvalidArgument) {
    return tl::unexpected(ParseFault{code, {offset, std::move(sentence)}});
  }
  [[nodiscard]] tl::unexpected<ParseFault> refuse(
      std::string sentence, ErrorCode code = ErrorCode::InvalidArgument) const {
    return refuse_at(token().offset, std::move(sentence), code);
  }

 private:
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

}  // namespace muster::selector
