#include <algorithm>
#include <charconv>
#include <muster/core/selector/pattern.hpp>
#include <optional>

namespace muster::selector {
namespace {

constexpr std::size_t kMaxRanges = 256;
constexpr std::ptrdiff_t kMaxAny = 8;
constexpr std::ptrdiff_t kMaxOne = 64;
constexpr auto kNotTaken = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint64_t> number_from(std::string_view digits) {
  std::uint64_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, wrong] = std::from_chars(digits.data(), end, number);
  if (digits.empty() || wrong != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

/// Of one character in UTF-8.
std::size_t length_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?[]") != std::string_view::npos;
}

tl::expected<std::vector<Pattern::Range>, std::string> Pattern::read_ranges(
    std::string_view inside) {
  const auto wrong = [] {
    return tl::unexpected<std::string>(
        "brackets hold whole numbers, as in web[1-20,33]; for letters write =~ and a regular "
        "expression");
  };
  std::vector<Range> ranges;
  for (bool more = true; more;) {
    const auto comma = inside.find(',');
    const auto part = inside.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) inside.remove_prefix(comma + 1);
    const auto dash = part.find('-');
    const auto low = part.substr(0, dash);
    const auto high = dash == std::string_view::npos ? low : part.substr(dash + 1);
    const auto from = number_from(low);
    const auto to = number_from(high);
    if (!from || !to) return wrong();
    if (*from > *to) {
      return tl::unexpected("the range [" + std::string(part) + "] ends before it begins");
    }
    const bool padded = low.size() > 1 && low.front() == '0';
    ranges.push_back({*from, *to, padded ? low.size() : 0});
    if (ranges.size() > kMaxRanges) {
      return tl::unexpected<std::string>("there are more than 256 ranges in these brackets");
    }
  }
  return ranges;
}

tl::expected<Pattern, std::string> Pattern::compile(std::string_view text) {
  Pattern pattern;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '*') {
      pattern.pieces_.push_back({Piece::Kind::Any, {}, {}});
    } else if (c == '?') {
      pattern.pieces_.push_back({Piece::Kind::One, {}, {}});
    } else if (c == '[') {
      const auto close = text.find(']', at);
      if (close == std::string_view::npos) {
        return tl::unexpected<std::string>("this bracket is never closed");
      }
      const bool digit_before = at > 0 && (is_digit(text[at - 1]) || text[at - 1] == ']');
      const bool digit_after =
          close + 1 < text.size() && (is_digit(text[close + 1]) || text[close + 1] == '[');
      if (digit_before || digit_after) {
        return tl::unexpected<std::string>(
            "brackets stand for a whole number, with no digit or bracket beside them: [10-99], not "
            "[1-9][0-9]");
      }
      auto ranges = read_ranges(text.substr(at + 1, close - at - 1));
      if (!ranges) return tl::unexpected(std::move(ranges.error()));
      pattern.pieces_.push_back({Piece::Kind::Number, {}, std::move(*ranges)});
      at = close;
    } else if (c == ']') {
      return tl::unexpected<std::string>("this bracket was never opened");
    } else {
      const bool goes_on =
          !pattern.pieces_.empty() && pattern.pieces_.back().kind == Piece::Kind::Text;
      if (!goes_on) pattern.pieces_.push_back({Piece::Kind::Text, {}, {}});
      pattern.pieces_.back().text += c;
    }
  }
  return within_limits(std::move(pattern));
}

tl::expected<Pattern, std::string> Pattern::within_limits(Pattern pattern) {
  const auto count = [&](Piece::Kind kind) {
    return std::count_if(pattern.pieces_.begin(), pattern.pieces_.end(),
                         [kind](const Piece& piece) { return piece.kind == kind; });
  };
  if (count(Piece::Kind::Any) <= kMaxAny && count(Piece::Kind::One) <= kMaxOne) return pattern;
  return tl::unexpected<std::string>("a pattern has at most 8 times * and 64 times ?");
}

bool Pattern::in_ranges(const std::vector<Range>& ranges, std::string_view digits) {
  const auto number = number_from(digits);
  if (!number) return false;
  const bool padded = digits.size() > 1 && digits.front() == '0';
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    // [01-100] has three digits where two are not enough.
    const bool spelled = range.digits == 0 ? !padded
                                           : digits.size() == range.digits ||
                                                 (!padded && digits.size() > range.digits);
    return spelled && *number >= range.low && *number <= range.high;
  });
}

/// How much of `whole` from `at` on a piece other than Any takes; kNotTaken when it does not match.
std::size_t Pattern::taken_by(const Piece& piece, std::string_view whole, std::size_t at) {
  const auto text = whole.substr(at);
  switch (piece.kind) {
    case Piece::Kind::Text:
      return text.starts_with(piece.text) ? piece.text.size() : kNotTaken;
    case Piece::Kind::One:
      return text.empty() ? kNotTaken : std::min(length_of(text.front()), text.size());
    case Piece::Kind::Number: {
      if (at > 0 && is_digit(whole[at - 1])) return kNotTaken;  // the middle of a number
      const auto digits = static_cast<std::size_t>(
          std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
      return in_ranges(piece.ranges, text.substr(0, digits)) ? digits : kNotTaken;
    }
    case Piece::Kind::Any:
      break;
  }
  return kNotTaken;
}

bool Pattern::matches(std::string_view text) const {
  // What follows the last * is tried again one further on when it does not fit; earlier ones need
  // not be, because they took as little as they could.
  std::size_t piece = 0;
  std::size_t at = 0;
  std::optional<std::pair<std::size_t, std::size_t>> again;  // the piece after *, and from where
  for (;;) {
    if (piece == pieces_.size() && at == text.size()) return true;
    if (piece < pieces_.size() && pieces_[piece].kind == Piece::Kind::Any) {
      again = {++piece, at};
      continue;
    }
    const auto taken = piece < pieces_.size() ? taken_by(pieces_[piece], text, at) : kNotTaken;
    if (taken != kNotTaken) {
      ++piece;
      at += taken;
      continue;
    }
    if (!again || again->second == text.size()) return false;
    piece = again->first;
    again->second += std::min(length_of(text[again->second]), text.size() - again->second);
    at = again->second;
  }
}

}  // namespace muster::selector
