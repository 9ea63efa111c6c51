#include "lexer.hpp"

#include <algorithm>
#include <array>

namespace muster::selector {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '/' || c == '+';
}

/// In a pattern; commas only inside brackets.
bool is_pattern_character(char c) { return c == '*' || c == '?' || c == '[' || c == ']'; }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct Symbol {
  std::string_view text;
  TokenKind kind;
};
/// The longer ones first.
constexpr std::array kSymbols{
    Symbol{"!=", TokenKind::NotEqual}, Symbol{"!~", TokenKind::NotMatches},
    Symbol{"=~", TokenKind::Matches},  Symbol{"<=", TokenKind::AtMost},
    Symbol{">=", TokenKind::AtLeast},  Symbol{"=", TokenKind::Equal},
    Symbol{"<", TokenKind::Less},      Symbol{">", TokenKind::Greater},
    Symbol{"(", TokenKind::Open},      Symbol{")", TokenKind::Close},
    Symbol{",", TokenKind::Comma},     Symbol{":", TokenKind::Colon}};

struct Hint {
  std::string_view text;
  std::string_view sentence;
};
/// What people know from elsewhere; the longer ones first.
constexpr std::array kHints{Hint{"==", "== is not an operator; write a single ="},
                            Hint{"<>", "<> is not an operator; write !="},
                            Hint{"&&", "&& is not an operator; write and"},
                            Hint{"||", "|| is not an operator; write or"},
                            Hint{"&", "& is not an operator; write and"},
                            Hint{"|", "| is not an operator; write or"},
                            Hint{"!=~", "!=~ is not an operator; write !~"},
                            Hint{"=<", "=< is not an operator; write <="},
                            Hint{"=>", "=> is not an operator; write >="},
                            Hint{"'", "single quotes are not used here; write \"double quotes\""},
                            Hint{"~", "~ is not an operator; write =~ or !~"},
                            Hint{"@",
                                 "@ has no meaning here; a group is group:NAME, a value that has "
                                 "one is \"quoted\", and Salt's targets are read with -C"}};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  tl::expected<std::vector<Token>, Slip> run() {
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      if (at_ == text_.size()) break;
      const bool good = text_[at_] == '"' ? quoted() : starts_word(text_[at_]) ? word() : symbol();
      if (!good) return tl::unexpected(std::move(slip_));
    }
    tokens_.push_back({TokenKind::End, text_.size(), {}});
    return std::move(tokens_);
  }

 private:
  bool refuse(std::size_t offset, std::string_view sentence) {
    slip_ = {offset, std::string(sentence)};
    return false;
  }

  static bool starts_word(char c) { return is_word_character(c) || is_pattern_character(c); }

  bool word() {
    const std::size_t start = at_;
    bool in_brackets = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (!starts_word(c) && !(in_brackets && c == ',')) break;
      if (c == '[' || c == ']') in_brackets = c == '[';
    }
    tokens_.push_back({TokenKind::Word, start, std::string(text_.substr(start, at_ - start))});
    return true;
  }

  bool quoted() {
    const std::size_t start = at_++;
    std::string value;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') {
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (next != '"' && next != '\\') {
          return refuse(at_, "a backslash in quotes stands before \" or another backslash only");
        }
        ++at_;
      }
      value += text_[at_];
    }
    if (at_ == text_.size()) return refuse(start, "this quote is never closed");
    ++at_;
    tokens_.push_back({TokenKind::Quoted, start, std::move(value)});
    return true;
  }

  bool symbol() {
    const std::string_view rest = text_.substr(at_);
    const auto starts = [rest](const auto& known) { return rest.starts_with(known.text); };
    const auto before = tokens_.empty() ? TokenKind::End : tokens_.back().kind;
    if (before == TokenKind::Matches || before == TokenKind::NotMatches) {
      return refuse(at_, "a regular expression is written in \"double quotes\"");
    }
    const auto hint = std::find_if(kHints.begin(), kHints.end(), starts);
    if (hint != kHints.end()) return refuse(at_, hint->sentence);
    const auto symbol = std::find_if(kSymbols.begin(), kSymbols.end(), starts);
    if (symbol != kSymbols.end()) {
      tokens_.push_back({symbol->kind, at_, {}});
      at_ += symbol->text.size();
      return true;
    }
    if (rest.front() == '!') {
      return refuse(at_,
                    "! is not an operator; write not before a term, or != between name and value");
    }
    return refuse(
        at_, "this character has no meaning here; put a value that has it in \"double quotes\"");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  Slip slip_;
};

}  // namespace

tl::expected<std::vector<Token>, Slip> read_tokens(std::string_view text) {
  return Lexer(text).run();
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_word_character) &&
         text.find("..") == std::string_view::npos;
}

}  // namespace muster::selector
