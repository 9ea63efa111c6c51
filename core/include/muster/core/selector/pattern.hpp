/// Shell patterns with sets of numbers, as in `web[01-20,33]-*`. Values; everything is [any].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace muster::selector {

/// `*` is any text, `?` one character, `[1-20,33]` one of these whole numbers; a bound written with
/// leading zeros wants as many digits. Such a number is a whole run of digits of the text. Matches
/// the whole text; at most 8 `*` and 64 `?`.
class Pattern {
 public:
  /// Errors: what is wrong with it.
  [[nodiscard]] static tl::expected<Pattern, std::string> compile(std::string_view text);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Range {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::size_t digits = 0;  // 0: without leading zeros
  };
  struct Piece {
    enum class Kind : std::uint8_t { Text, One, Any, Number } kind = Kind::Text;
    std::string text;
    std::vector<Range> ranges;
  };
  [[nodiscard]] static tl::expected<std::vector<Range>, std::string> read_ranges(
      std::string_view inside);
  [[nodiscard]] static bool in_ranges(const std::vector<Range>& ranges, std::string_view digits);
  [[nodiscard]] static std::size_t taken_by(const Piece& piece, std::string_view whole,
                                            std::size_t at);
  [[nodiscard]] static tl::expected<Pattern, std::string> within_limits(Pattern pattern);

  std::vector<Piece> pieces_;
};

/// Whether unquoted text is a Pattern rather than itself.
[[nodiscard]] bool is_pattern(std::string_view text);

}  // namespace muster::selector
