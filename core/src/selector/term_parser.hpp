/// Terms and their tests: all of the grammar that has no and, or, not. Private to the selector.
#pragma once

#include "cursor.hpp"

namespace muster::selector {

/// Reads one term where the cursor stands on a word.
class TermParser {
 public:
  TermParser(Cursor& cursor, const Vocabulary& vocabulary, ParseBudget& budget)
      : cursor_(cursor), vocabulary_(vocabulary), budget_(budget) {}
  [[nodiscard]] Parsed parse();

 private:
  using Checked = tl::expected<void, ParseFault>;
  [[nodiscard]] Parsed parse_one();
  [[nodiscard]] Parsed parse_plain();
  [[nodiscard]] Parsed parse_named();
  [[nodiscard]] Parsed parse_group();
  [[nodiscard]] Parsed parse_network();
  [[nodiscard]] Parsed parse_function();
  [[nodiscard]] bool at_not_in() const;
  [[nodiscard]] bool at_test() const;
  [[nodiscard]] Parsed parse_test(Expression term);
  [[nodiscard]] Parsed parse_values(Expression term);
  [[nodiscard]] Checked check_value(const Expression& term) const;
  [[nodiscard]] static Checked check_word(const std::function<Status(std::string_view)>& known,
                                          const Token& word);
  [[nodiscard]] Parsed compiled(Expression term, const std::vector<std::size_t>& places);

  Cursor& cursor_;
  const Vocabulary& vocabulary_;
  ParseBudget& budget_;
};

/// The test that an operator asks for.
[[nodiscard]] std::optional<Test> operator_of(TokenKind kind);

}  // namespace muster::selector
