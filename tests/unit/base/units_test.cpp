#include <muster/core/base/units.hpp>
#include <string>
#include <tuple>
#include <utility>

#include "catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

TEST_CASE("a duration is a whole number and a unit", "[unit][base]") {
  using Row = std::pair<std::string, std::chrono::milliseconds>;
  const auto [text, expected] =
      GENERATE(Row{"100ms", 100ms}, Row{"60s", 60s}, Row{"5m", 5min}, Row{"2h", 2h},
               Row{"7d", 168h}, Row{"0", 0ms}, Row{"0s", 0ms}, Row{"3650d", 87600h});
  CAPTURE(text);
  CHECK(parse_duration(text).value() == expected);
}

TEST_CASE("a duration is written in the largest unit of which it is a whole number",
          "[unit][base]") {
  using Row = std::pair<std::chrono::milliseconds, std::string>;
  const auto [duration, expected] =
      GENERATE(Row{720h, "30d"}, Row{36h, "36h"}, Row{90min, "90m"}, Row{3601s, "3601s"},
               Row{1500ms, "1500ms"}, Row{0ms, "0d"});
  CHECK(duration_text(duration) == expected);
  CHECK(parse_duration(expected) == duration);
}

TEST_CASE(
    "a duration without a unit, with a fraction, a sign or a space is refused with an example",
    "[unit][base]") {
  const std::string text =
      GENERATE("", "s", "5", "1.5s", "-1s", "+1s", " 1s", "1 s", "1s ", "1S", "1m30s", "0x1s");
  CAPTURE(text);
  const auto parsed = parse_duration(text);
  REQUIRE_FALSE(parsed);
  CHECK_THAT(parsed.error().message, Catch::Contains("500ms"));
}

TEST_CASE("a duration above ten years is refused, and never overflows", "[unit][base]") {
  const std::string text = GENERATE("3651d", "18446744073709551615d", "99999999999999999999999ms");
  const auto parsed = parse_duration(text);
  REQUIRE_FALSE(parsed);
  CHECK_THAT(parsed.error().message, Catch::Contains("3650d"));
}

TEST_CASE("a size is a number of bytes in decimal or binary units", "[unit][base]") {
  using Row = std::pair<std::string, std::uint64_t>;
  const auto [text, expected] =
      GENERATE(Row{"1048576", 1048576}, Row{"64KiB", 65536}, Row{"10MB", 10'000'000}, Row{"1B", 1},
               Row{"2GiB", 2ULL << 30U}, Row{"3TB", 3'000'000'000'000}, Row{"0", 0},
               Row{"4194304TiB", 1ULL << 62U});
  CAPTURE(text);
  CHECK(parse_size(text).value() == expected);
}

TEST_CASE("a size of another form or above 2^62 is refused", "[unit][base]") {
  const std::string text =
      GENERATE("", "KiB", "1kb", "1 KiB", "-1", "1.5GB", "4194305TiB", "99999999999999999999");
  CAPTURE(text);
  CHECK_FALSE(parse_size(text));
}
