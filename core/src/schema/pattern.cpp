#include "pattern.hpp"

#include <algorithm>
#include <charconv>
#include <muster/core/schema/schema.hpp>
#include <vector>

namespace muster::schema {
namespace {

constexpr std::size_t kMaxStates = 2000;
/// Matches with all states at once instead of by trying one after the other; a feature of
/// libstdc++.
constexpr auto kFlags = std::regex::ECMAScript | std::regex_constants::__polynomial;

/// Counts what a counted repetition copies: the states of "(a{9}){9}" are 81. Assumes a well-formed
/// expression; for another one the number is meaningless but finite.
class StateCounter {
 public:
  explicit StateCounter(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t count() {
    while (at_ < text_.size()) step();
    while (groups_.size() > 1) close();
    return groups_.front();
  }

 private:
  void step() {
    const char c = text_[at_++];
    if (c == '(') {
      groups_.push_back(1);
    } else if (c == ')') {
      if (groups_.size() > 1) close();
    } else if (c == '{') {
      repeat();
    } else {
      if (c == '\\' && at_ < text_.size()) ++at_;
      if (c == '[') skip_class();
      add(1);
    }
  }

  void skip_class() {
    while (at_ < text_.size() && text_[at_] != ']') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
  }

  void close() {
    const std::size_t inner = groups_.back();
    groups_.pop_back();
    add(inner);
  }

  void repeat() {
    std::size_t most = 0;
    while (at_ < text_.size() && text_[at_] != '}') {
      std::size_t number = 0;
      const auto [rest, error] =
          std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (error == std::errc::result_out_of_range) number = kMaxStates;
      if (error == std::errc::invalid_argument) {
        ++at_;
        continue;
      }
      most = std::max(most, number);
      at_ = static_cast<std::size_t>(rest - text_.data());
    }
    ++at_;
    add(last_ * std::min(most, kMaxStates));
  }

  void add(std::size_t states) {
    last_ = std::min(states, kMaxStates + 1);
    groups_.back() = std::min(groups_.back() + last_, kMaxStates + 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t last_ = 1;  ///< states of the latest atom or group
  std::vector<std::size_t> groups_{0};
};

bool has_look_ahead(std::string_view text) {
  for (std::size_t at = 0; at + 2 < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text.substr(at, 3) == "(?=" || text.substr(at, 3) == "(?!") {
      return true;
    }
  }
  return false;
}

}  // namespace

tl::expected<Pattern, std::string> Pattern::compile(const std::string& expression) {
  const auto refuse = [](std::string why) { return tl::unexpected<std::string>(std::move(why)); };
  if (expression.size() > kMaxPatternBytes) {
    return refuse("is longer than " + std::to_string(kMaxPatternBytes) + " bytes");
  }
  const bool ascii = std::all_of(expression.begin(), expression.end(), [](char c) {
    return c > 0 && static_cast<unsigned char>(c) < 0x80;
  });
  if (!ascii) return refuse("has a character that is not ASCII");
  if (has_look_ahead(expression)) return refuse("uses look-ahead, which is not supported");
  if (StateCounter(expression).count() > kMaxStates) {
    return refuse("repeats too much: it stands for more than " + std::to_string(kMaxStates) +
                  " states");
  }
  try {
    const std::regex alone(expression, kFlags);  // or "a)(b" would become valid in the next line
    return Pattern(std::regex("[^]*(?:" + expression + ")[^]*", kFlags));
  } catch (const std::regex_error& error) {
    if (error.code() == std::regex_constants::error_complexity) {
      return refuse("uses a back reference, which is not supported");
    }
    return refuse("is no valid regular expression");
  }
}

bool Pattern::found_in(std::string_view text) const {
  if (text.size() > kMaxPatternSubjectBytes) return false;
  return std::regex_match(text.begin(), text.end(), whole_);
}

}  // namespace muster::schema
