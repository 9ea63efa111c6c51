#include "bash_line.hpp"

#include <cctype>
#include <utility>

namespace muster::cli {
namespace {

bool has(std::string_view set, char letter) { return set.find(letter) != std::string_view::npos; }

/// What no shell takes for anything else outside of quotes. Bytes of other scripts are letters.
bool is_plain(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte >= 0x80 || std::isalnum(byte) != 0 || has("_-./+=:,@%", letter);
}

class Reader {
 public:
  Reader(std::string_view line, std::string_view breaks) : line_(line), breaks_(breaks) {}

  BashLine read() {
    for (at_ = 0; at_ < line_.size(); ++at_) {
      if (result_.quote != '\0') {
        inside_quotes(line_[at_]);
      } else {
        outside_quotes(line_[at_]);
      }
    }
    return std::move(result_);
  }

 private:
  void take(char letter) {
    result_.typed += letter;
    in_word_ = true;
  }

  [[nodiscard]] bool escapes(std::string_view what) const {
    return line_[at_] == '\\' && at_ + 1 < line_.size() &&
           (what.empty() || has(what, line_[at_ + 1]));
  }

  void outside_quotes(char letter) {
    if (escapes({})) return take(line_[++at_]);
    if (letter == '\'' || letter == '"') return open(letter);
    if (letter == ' ' || letter == '\t' || letter == '\n') return end_word();
    take(letter);
    // An @ begins the word that bash replaces, all others end what stands before it.
    if (has(breaks_, letter)) result_.kept = result_.typed.size() - (letter == '@' ? 1 : 0);
  }

  void inside_quotes(char letter) {
    if (letter == result_.quote) {
      result_.quote = '\0';
      result_.kept = result_.typed.size();
    } else if (result_.quote == '"' && escapes("\"\\$`")) {
      take(line_[++at_]);
    } else {
      take(letter);
    }
  }

  void open(char letter) {
    result_.quote = letter;
    result_.kept = result_.typed.size();
    in_word_ = true;
  }

  void end_word() {
    if (!std::exchange(in_word_, false)) return;
    result_.words.push_back(std::exchange(result_.typed, {}));
    result_.kept = 0;
  }

  std::string_view line_;
  std::string_view breaks_;
  std::size_t at_ = 0;
  bool in_word_ = false;
  BashLine result_;
};

std::string escaped(std::string_view text, bool in_double_quotes) {
  std::string safe;
  for (const char letter : text) {
    if (in_double_quotes ? has("\"\\$`", letter) : !is_plain(letter)) safe += '\\';
    safe += letter;
  }
  return safe;
}

}  // namespace

BashLine read_bash_line(std::string_view line, std::string_view breaks) {
  return Reader(line, breaks).read();
}

std::optional<std::string> bash_insert(const BashLine& line, const std::string& text) {
  if (text.size() < line.kept) return std::nullopt;
  const auto rest = std::string_view(text).substr(line.kept);
  if (line.quote == '\0') return escaped(rest, false);
  // Neither can be written there: the end of the quote, and a reference to the history.
  if (has(rest, line.quote == '"' ? '!' : '\'')) return std::nullopt;
  return line.quote == '"' ? escaped(rest, true) : std::string(rest);
}

}  // namespace muster::cli
