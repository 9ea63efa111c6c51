#include <muster/core/base/time_text.hpp>
#include <string>
#include <utility>

#include "catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

namespace {
constexpr UnixTime kNow{1'800'000'000s};  // 2027-01-15T08:00:00Z
}

TEST_CASE("a time is RFC 3339, a day, or how long ago", "[unit][base]") {
  using Row = std::pair<std::string, std::int64_t>;
  const auto [text, expected] = GENERATE(
      Row{"2027-01-15T08:00:00Z", 1'800'000'000'000},
      Row{"2027-01-15t08:00:00z", 1'800'000'000'000},
      Row{"2027-01-15 08:00:00.25Z", 1'800'000'000'250},
      Row{"2027-01-15T08:00:00.123987Z", 1'800'000'000'123},
      Row{"2027-01-15T09:30:00+01:30", 1'800'000'000'000},
      Row{"2027-01-15T06:00:00-02:00", 1'800'000'000'000}, Row{"1970-01-01", 0},
      Row{"2024-02-29", 1'709'164'800'000}, Row{"2261-12-31T23:59:60Z", 9214646400000},
      Row{"90m", 1'799'994'600'000}, Row{"0", 1'800'000'000'000},
      Row{"2027-01-15T08:00", 1'800'000'000'000}, Row{"2027-01-15 08:00", 1'800'000'000'000},
      Row{"2027-01-15T08:00Z", 1'800'000'000'000}, Row{"2027-01-15T09:30+01:30", 1'800'000'000'000},
      Row{"2027-01-15 08:00:05", 1'800'000'005'000},
      Row{"2027-01-15T08:00:05.5", 1'800'000'005'500}, Row{"1500ms", 1'799'999'998'500},
      Row{"3650d", 1'484'640'000'000});
  CAPTURE(text);
  CHECK(to_unix_ms(parse_time(text, kNow).value()) == expected);
}

TEST_CASE("what is no time is refused with examples", "[unit][base]") {
  const std::string text = GENERATE(
      "", "yesterday", "2027", "2027-1-15", "2027-02-29", "2027-13-01", "2027-00-10", "2027-01-00",
      "2027-01-15T", "2027-01-15T08", "2027-01-15T08:", "2027-01-15T08:00:", "2027-01-15 ",
      "2027-01-15Z", "2027-01-15T08:00.5", "2027-01-15T24:00", "2027-01-15T24:00:00Z",
      "2027-01-15T08:60:00Z", "2027-01-15T08:00:61Z", "2027-01-15T08:00:00.Z",
      "2027-01-15T08:00:00Zx", "2027-01-15T08:00:00+1:00", "1969-12-31", "2262-01-01", "-001-01-01",
      "7 d", "-7d", "1800000000", "2027-01-15T-8:00:00Z");
  CAPTURE(text);
  const auto parsed = parse_time(text, kNow);
  REQUIRE_FALSE(parsed);
  CHECK_THAT(parsed.error().message, Catch::Contains("2026-01-31T12:00:00Z"));
}

TEST_CASE("the last moment of a time is as long after it as it is written", "[unit][base]") {
  using Row = std::pair<std::string, std::int64_t>;
  const auto [text, expected] =
      GENERATE(Row{"2027-01-15", 1'800'057'599'999}, Row{"2027-01-15 08:00", 1'800'000'059'999},
               Row{"2027-01-15T09:00+01:00", 1'800'000'059'999},
               Row{"2027-01-15T08:00:05Z", 1'800'000'005'999},
               Row{"2027-01-15T08:00:05.5Z", 1'800'000'005'500},
               Row{"2261-12-31", 9'214'646'399'999}, Row{"90m", 1'799'994'600'000});
  CAPTURE(text);
  CHECK(to_unix_ms(parse_time(text, kNow, Moment::Last).value()) == expected);
}

TEST_CASE("longer ago than there are times is their begin", "[unit][base]") {
  CHECK(parse_time("3650d", UnixTime{100s}).value() == UnixTime{});
}
