#include "term_parser.hpp"

#include <array>
#include <string>
#include <utility>

#include "compiled.hpp"
#include "parser.hpp"

namespace muster::selector {
namespace {

/// LOW..HIGH is a range wherever a value may equal it.
Value value_of(const Token& token, Test test) {
  const bool whole = test == Test::Matches || test == Test::NotMatches;
  const bool quoted = token.kind == TokenKind::Quoted;
  const auto dots = token.text.find("..");
  const bool range = dots != std::string::npos && dots != 0 && dots + 2 != token.text.size();
  if (quoted || whole) return {token.text, {}, !whole && (range || is_pattern(token.text))};
  const bool comparable =
      test == Test::Equal || test == Test::NotEqual || test == Test::In || test == Test::NotIn;
  if (!range || !comparable) return {token.text, {}, false};
  return {token.text.substr(0, dots), token.text.substr(dots + 2), false};
}

}  // namespace

std::optional<Test> operator_of(TokenKind kind) {
  static constexpr std::array<std::pair<TokenKind, Test>, 8> kOperators{
      {{TokenKind::Equal, Test::Equal},
       {TokenKind::NotEqual, Test::NotEqual},
       {TokenKind::Less, Test::Less},
       {TokenKind::AtMost, Test::AtMost},
       {TokenKind::Greater, Test::Greater},
       {TokenKind::AtLeast, Test::AtLeast},
       {TokenKind::Matches, Test::Matches},
       {TokenKind::NotMatches, Test::NotMatches}}};
  for (const auto& [token, test] : kOperators) {
    if (token == kind) return test;
  }
  return std::nullopt;
}

Parsed TermParser::parse() {
  if (budget_.terms == 0) {
    return cursor_.refuse("a selector has at most " + std::to_string(kMaxTerms) + " terms",
                          ErrorCode::ResourceExhausted);
  }
  --budget_.terms;
  const auto begin = cursor_.token().offset;
  auto term = parse_one();
  if (!term || term->kind != Kind::Term || !vocabulary_.term) return term;
  const auto good = vocabulary_.term(term->subject, term->name);
  if (!good) return Cursor::refuse_at(begin, good.error().message);
  return term;
}

Parsed TermParser::parse_one() {
  const bool has_name = cursor_.token_after().kind == TokenKind::Colon;
  const bool has_argument = cursor_.token_after().kind == TokenKind::Open;
  if (has_name) return parse_named();
  if (has_argument && cursor_.at_word("cidr")) return parse_network();
  if (has_argument && (cursor_.at_word("age") || cursor_.at_word("last"))) return parse_function();
  return parse_plain();
}

/// NAME, or `node` with a test other than =.
Parsed TermParser::parse_plain() {
  const Token name = cursor_.token();
  const bool reserved = cursor_.at_reserved();
  cursor_.take();
  const bool tested = at_test();
  if (reserved && (tested || name.text != "all")) {
    return Cursor::refuse_at(
        name.offset, name.text + " is a word of the language and cannot be the name of a label");
  }
  if (name.text == "all") return Expression{};
  if (!tested && (name.text == "ALL" || name.text == "All")) {
    return Cursor::refuse_at(name.offset,
                             "words of the language have small letters; did you mean all?");
  }
  if (!is_ascii(name.text)) {
    return Cursor::refuse_at(name.offset,
                             "the name of a label or fact has Latin letters, digits, - and _; "
                             "only its value may have any letters");
  }
  if (!is_plain_word(name.text)) {
    return Cursor::refuse_at(name.offset,
                             "the name of a label or fact has no *, ?, [ or ..; to name "
                             "nodes by a pattern write node:" +
                                 name.text);
  }
  Expression term;
  term.kind = Kind::Term;
  term.name = name.text;
  term.subject = name.text.find('.') == std::string::npos ? Subject::Label : Subject::Fact;
  if (name.text == "node" && tested) {
    if (cursor_.at(TokenKind::Equal)) return cursor_.refuse("to name one node write node:NAME");
    term.subject = Subject::Node;
    term.name.clear();
  }
  if (term.subject == Subject::Fact) {
    if (auto known = check_word(vocabulary_.fact, name); !known)
      return tl::unexpected(known.error());
  }
  return tested ? parse_test(std::move(term)) : compiled(std::move(term), {});
}

/// `node:NAME` and `group:NAME`.
Parsed TermParser::parse_named() {
  const Token word = cursor_.token();
  cursor_.take();
  if (word.text != "node" && word.text != "group") {
    return cursor_.refuse("only node: and group: are followed by a name; did you mean " +
                          word.text + "=...?");
  }
  cursor_.take();
  if (!cursor_.at_value() || cursor_.token().text.empty()) {
    return cursor_.refuse("the name of a " + word.text + " is missing here");
  }
  if (word.text == "group") return parse_group();
  Expression term;
  term.kind = Kind::Term;
  term.subject = Subject::Node;
  term.test = Test::Equal;
  return parse_values(std::move(term));
}

Parsed TermParser::parse_group() {
  const Token name = cursor_.take();
  Result<std::string> text = fail(ErrorCode::NotFound, "there is no group " + name.text);
  if (vocabulary_.group) text = vocabulary_.group(name.text);
  if (!text) return Cursor::refuse_at(name.offset, text.error().message);
  if (budget_.groups == 0) {
    return Cursor::refuse_at(name.offset, "groups name each other more than 8 deep");
  }
  --budget_.groups;
  auto meaning = parse_expression(*text, vocabulary_, budget_);
  ++budget_.groups;
  if (!meaning) {
    return Cursor::refuse_at(name.offset, "the group " + name.text + " is \"" + *text +
                                              "\", in which " + meaning.error().slip.sentence);
  }
  Expression group;
  group.kind = Kind::Group;
  group.name = name.text;
  group.children.push_back(std::move(*meaning));
  return group;
}

/// The words up to the parenthesis are one: an IPv6 address has colons.
Parsed TermParser::parse_network() {
  cursor_.take();
  cursor_.take();
  const auto begin = cursor_.token().offset;
  std::string text;
  while (cursor_.at_value() || cursor_.at(TokenKind::Colon)) {
    text += cursor_.at(TokenKind::Colon) ? ":" : cursor_.token().text;
    cursor_.take();
  }
  if (cursor_.at(TokenKind::Comma)) {
    return cursor_.refuse("cidr() has one network; join two with or");
  }
  if (!cursor_.accept(TokenKind::Close)) return cursor_.refuse("this parenthesis is never closed");
  const Token fact{TokenKind::Word, begin, std::string(kAddressesFact)};
  if (auto known = check_word(vocabulary_.fact, fact); !known) {
    return tl::unexpected(known.error());
  }
  Expression term;
  term.kind = Kind::Term;
  term.subject = Subject::Addresses;
  term.test = Test::In;
  term.values.push_back({std::move(text), {}, false});
  return compiled(std::move(term), {begin});
}

/// `age(FACT)` and `last(job)`.
Parsed TermParser::parse_function() {
  const Token function = cursor_.token();
  cursor_.take();
  cursor_.take();
  if (!cursor_.at_value()) return cursor_.refuse("a name is missing here");
  const Token argument = cursor_.take();
  if (!cursor_.accept(TokenKind::Close)) return cursor_.refuse("this parenthesis is never closed");
  Expression term;
  term.kind = Kind::Term;
  term.subject = function.text == "age" ? Subject::Age : Subject::Last;
  term.name = argument.text;
  const auto& words = term.subject == Subject::Age ? vocabulary_.fact : vocabulary_.last;
  if (auto known = check_word(words, argument); !known) return tl::unexpected(known.error());
  if (!at_test()) {
    return cursor_.refuse(term.subject == Subject::Age
                              ? "a comparison is missing here, such as age(" + term.name + ")<10m"
                              : "a state is missing here, such as last(" + term.name + ")=failed");
  }
  return parse_test(std::move(term));
}

TermParser::Checked TermParser::check_word(const std::function<Status(std::string_view)>& known,
                                           const Token& word) {
  if (!known) return {};
  const auto good = known(word.text);
  if (!good) return Cursor::refuse_at(word.offset, good.error().message);
  return {};
}

bool TermParser::at_not_in() const {
  return cursor_.at_word("not") && cursor_.token_after().kind == TokenKind::Word &&
         cursor_.token_after().text == "in";
}

bool TermParser::at_test() const {
  return operator_of(cursor_.token().kind) || cursor_.at_word("in") || at_not_in();
}

Parsed TermParser::parse_test(Expression term) {
  if (const auto test = operator_of(cursor_.token().kind)) {
    term.test = *test;
    cursor_.take();
    return parse_values(std::move(term));
  }
  term.test = cursor_.accept_word("not") ? Test::NotIn : Test::In;
  cursor_.take();  // in
  if (!cursor_.accept(TokenKind::Open)) {
    return cursor_.refuse("a list in parentheses follows in, such as in (a, b)");
  }
  return parse_values(std::move(term));
}

/// One value, or those of a list up to its end.
Parsed TermParser::parse_values(Expression term) {
  const bool list = term.test == Test::In || term.test == Test::NotIn;
  std::vector<std::size_t> places;
  do {
    if (!cursor_.at_value()) {
      return cursor_.refuse(list ? "a value is missing here"
                                 : "a value is missing here; an empty one is written as \"\"");
    }
    if (places.size() == kMaxValues) {
      return cursor_.refuse("a list has at most " + std::to_string(kMaxValues) + " values",
                            ErrorCode::ResourceExhausted);
    }
    if (auto good = check_value(term); !good) return tl::unexpected(good.error());
    places.push_back(cursor_.token().offset);
    term.values.push_back(value_of(cursor_.take(), term.test));
  } while (list && cursor_.accept(TokenKind::Comma));
  if (list && !cursor_.accept(TokenKind::Close)) {
    return cursor_.refuse(cursor_.at(TokenKind::End) ? "this list is never closed"
                                                     : "a comma or a parenthesis is missing here");
  }
  return compiled(std::move(term), places);
}

/// What the value alone cannot say of itself once its quotes are gone.
TermParser::Checked TermParser::check_value(const Expression& term) const {
  const auto& token = cursor_.token();
  const bool regex = term.test == Test::Matches || term.test == Test::NotMatches;
  if (term.subject == Subject::Last) {
    if (regex || is_pattern(token.text))
      return cursor_.refuse("a state is one word, such as failed");
    return check_word(vocabulary_.state, token);
  }
  const bool dots = token.kind == TokenKind::Word && token.text.find("..") != std::string::npos;
  if (!dots || regex || !value_of(token, term.test).upper.empty()) return {};
  return cursor_.refuse("a range is LOW..HIGH; other text with .. is written in \"double quotes\"");
}

Parsed TermParser::compiled(Expression term, const std::vector<std::size_t>& places) {
  auto made = Compiled::compile(term.subject, term.test, term.values);
  if (!made) {
    return Cursor::refuse_at(places.at(made.error().value), std::move(made.error().sentence));
  }
  const auto steps = (*made)->regex_size();
  if (steps > budget_.regex_steps) {
    return Cursor::refuse_at(places.at(0), "the regular expressions are too large together",
                             ErrorCode::ResourceExhausted);
  }
  budget_.regex_steps -= steps;
  term.compiled = std::move(*made);
  return term;
}

}  // namespace muster::selector
