/// A regular expression that cannot hurt: bounded in memory, time and stack. Private to the schema.
///
/// ECMAScript's syntax without back references and look-ahead, ASCII only, in at most
/// kMaxPatternBytes. It is matched by simulating all states at once, so that time is linear in the
/// text for any pattern
/// ((a+)+ included) and the stack does not grow with the text; what remains is bounded by the
/// number of states and by kMaxPatternSubjectBytes.
#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace muster::schema {

class Pattern {
 public:
  /// Error: what is wrong with the expression, to follow its name: "is ...".
  [[nodiscard]] static tl::expected<Pattern, std::string> compile(const std::string& expression);

  /// Whether it matches anywhere in `text`. A text over kMaxPatternSubjectBytes never does.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  explicit Pattern(std::regex whole) : whole_(std::move(whole)) {}
  std::regex whole_;  ///< matches a whole text with the expression somewhere in it
};

}  // namespace muster::schema
