#include <algorithm>
#include <charconv>
#include <muster/core/base/time_text.hpp>
#include <muster/core/base/units.hpp>
#include <optional>

namespace muster {
namespace {

using std::chrono::milliseconds;

constexpr int kLastYear = 2261;  // the last that UnixTime holds whole

/// Takes text from its begin; what does not fit makes the whole wrong.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// Exactly so many digits.
  int number(std::size_t digits) {
    int value = 0;
    const auto part = text_.substr(0, digits);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    const bool whole = part.size() == digits && end == part.data() + part.size();
    if (error != std::errc{} || !whole || part.front() == '-') good_ = false;
    text_.remove_prefix(part.size());
    return value;
  }
  bool take(char wanted) {
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(char wanted) { good_ = take(wanted) && good_; }
  /// Of any length, after the point: how many milliseconds.
  int fraction() {
    int value = 0;
    int digits = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; ++digits) {
      if (digits < 3) value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    if (digits == 0) good_ = false;
    for (; digits < 3; ++digits) value *= 10;
    return value;
  }
  void check(bool right) { good_ = right && good_; }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
  bool good_ = true;
};

milliseconds day_from(Reader& reader) {
  const auto year = reader.number(4);
  reader.need('-');
  const auto month = reader.number(2);
  reader.need('-');
  const auto day = reader.number(2);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  reader.check(date.ok() && year <= kLastYear);
  return std::chrono::sys_days(date).time_since_epoch();
}

milliseconds hours_and_minutes(Reader& reader) {
  const auto hours = reader.number(2);
  reader.need(':');
  const auto minutes = reader.number(2);
  reader.check(hours < 24 && minutes < 60);
  return std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

/// From the first to the last moment of what was written.
struct Span {
  milliseconds begin;
  milliseconds length;  // to the next of its kind
};

Span time_of_day(Reader& reader) {
  Span time{hours_and_minutes(reader), std::chrono::minutes(1)};
  if (!reader.take(':')) return time;
  const auto seconds = reader.number(2);
  reader.check(seconds <= 60);  // 60 is a leap second
  time = {time.begin + std::chrono::seconds(seconds), std::chrono::seconds(1)};
  if (reader.take('.')) time = {time.begin + milliseconds(reader.fraction()), milliseconds(1)};
  return time;
}

/// What the time is ahead of UTC, which it is in if it does not say.
milliseconds offset_from(Reader& reader) {
  if (reader.at_end() || reader.take('Z') || reader.take('z')) return {};
  if (reader.take('+')) return hours_and_minutes(reader);
  reader.need('-');
  return -hours_and_minutes(reader);
}

std::optional<Span> date_and_time(std::string_view text) {
  Reader reader(text);
  Span time{day_from(reader), std::chrono::hours(24)};
  if (reader.good() && !reader.at_end()) {
    if (!reader.take('t') && !reader.take(' ')) reader.need('T');
    const auto of_day = time_of_day(reader);
    time = {time.begin + of_day.begin - offset_from(reader), of_day.length};
  }
  if (!reader.good() || !reader.at_end() || time.begin.count() < 0) return std::nullopt;
  return time;
}

}  // namespace

Result<UnixTime> parse_time(std::string_view text, UnixTime now, Moment which) {
  if (const auto ago = parse_duration(text)) return std::max(now - *ago, UnixTime{});
  if (const auto time = date_and_time(text)) {
    const auto last = time->length - milliseconds(1);
    return UnixTime(time->begin + (which == Moment::Last ? last : milliseconds(0)));
  }
  return fail(ErrorCode::InvalidArgument,
              "a time is as in 2026-01-31T12:00:00Z, '2026-01-31 12:00:00' or 2026-01-31T12:00, "
              "all UTC, a day as in 2026-01-31, or how long ago, such as 90m or 7d");
}

}  // namespace muster
