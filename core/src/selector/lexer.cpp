#include "lexer.hpp"

#include <algorithm>
#include <array>
#include <muster/core/base/utf8.hpp>
#include <muster/core/selector/selector.hpp>

#include "characters.hpp"

namespace muster::selector {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '/' || c == '+';
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// The bytes of the character of a word with which `text` begins; 0 when it begins with none.
std::size_t word_character(std::string_view text) {
  if (is_ascii(text.front())) return is_word_character(text.front()) ? 1 : 0;
  const auto size = character_size(text);
  return size > 1 && is_letter_beyond_ascii(code_point(text.substr(0, size))) ? size : 0;
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
constexpr std::string_view kPlainQuotes =
    "these quotes are none of a keyboard; write \"double quotes\"";
/// What people know from elsewhere, or an editor has made of what they typed; the longer ones
/// first.
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
                                 "one is \"quoted\", and Salt's targets are read with -C"},
                            Hint{"\u201C", kPlainQuotes},
                            Hint{"\u201D", kPlainQuotes},
                            Hint{"\u201E", kPlainQuotes},
                            Hint{"\u00AB", kPlainQuotes},
                            Hint{"\u00BB", kPlainQuotes},
                            Hint{"\u2018", kPlainQuotes},
                            Hint{"\u2019", kPlainQuotes},
                            Hint{"\u2013", "this dash is none of a keyboard; write -"},
                            Hint{"\u2014", "this dash is none of a keyboard; write -"},
                            Hint{"\u00A0", "this blank is none of a keyboard; write a plain one"},
                            Hint{"\u2260", "write !="},
                            Hint{"\u2264", "write <="},
                            Hint{"\u2265", "write >="}};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  tl::expected<std::vector<Token>, Slip> run() {
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      if (at_ == text_.size()) break;
      const bool good = text_[at_] == '"' ? quoted() : part_of_word(at_) > 0 ? word() : symbol();
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

  /// Bytes; 0 for what is none.
  [[nodiscard]] std::size_t part_of_word(std::size_t at) const {
    return is_pattern_character(text_[at]) ? 1 : word_character(text_.substr(at));
  }

  /// Whether it may stand anywhere, in quotes at least; refuses it if not.
  [[nodiscard]] bool may_stand() {
    const auto character = text_.substr(at_, character_size(text_.substr(at_)));
    const auto unseen = unseen_in(character);
    if (unseen.empty()) return true;
    if (!unseen.starts_with("U+")) return refuse(at_, "this is " + unseen);
    return refuse(at_, "this is " + unseen +
                           ", which nobody can see; what has it is found by a regular "
                           "expression with \\\\x{" +
                           unseen.substr(2) + "}");
  }

  bool word() {
    const std::size_t start = at_;
    bool in_brackets = false;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const auto size = in_brackets && c == ',' ? 1 : part_of_word(at_);
      if (size == 0) break;
      if (c == '[' || c == ']') in_brackets = c == '[';
      at_ += size;
    }
    tokens_.push_back({TokenKind::Word, start, std::string(text_.substr(start, at_ - start))});
    return true;
  }

  bool quoted() {
    const std::size_t start = at_++;
    std::string value;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (!may_stand()) return false;
      if (text_[at_] == '\\') {
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (next != '"' && next != '\\') {
          return refuse(at_, "a backslash in quotes stands before \" or another backslash only");
        }
        ++at_;
      }
      const auto size = character_size(text_.substr(at_));
      value += text_.substr(at_, size);
      at_ += size;
    }
    if (at_ == text_.size()) return refuse(start, "this quote is never closed");
    ++at_;
    tokens_.push_back({TokenKind::Quoted, start, std::move(value)});
    return true;
  }

  bool symbol() {
    if (!may_stand()) return false;
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
  if (text.empty() || text.find("..") != std::string_view::npos) return false;
  while (!text.empty()) {
    const auto size = word_character(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_ascii(c); });
}

}  // namespace muster::selector
