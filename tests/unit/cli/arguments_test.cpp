#include <cli/arguments.hpp>

#include "catch.hpp"

using namespace muster::cli;

namespace {
const std::vector<Option> kOptions = {
    {"on", "SELECTOR", ""}, {"json", "", ""}, {"label", "L", "", true}};
}

TEST_CASE("options stand anywhere, words keep their order, and what follows -- is untouched",
          "[unit][cli]") {
  const auto parsed = parse_arguments(
      kOptions, {"a=1", "--on", "role=web", "b:=2", "--json", "--", "ls", "--on", "-l"});
  REQUIRE(parsed);
  CHECK(parsed->words == std::vector<std::string>{"a=1", "b:=2"});
  CHECK(parsed->after_dash == std::vector<std::string>{"ls", "--on", "-l"});
  CHECK(parsed->value("on") == "role=web");
  CHECK(parsed->has("json"));
}

TEST_CASE("an option that may be repeated keeps all its values", "[unit][cli]") {
  const auto parsed = parse_arguments(kOptions, {"--label", "a=b", "--label=c"});
  REQUIRE(parsed);
  CHECK(parsed->values("label") == std::vector<std::string>{"a=b", "c"});
  CHECK_FALSE(parsed->has("json"));
}

TEST_CASE("wrong options are a usage error that names them", "[unit][cli]") {
  const auto words = GENERATE(
      std::vector<std::string>{"--onn", "x"}, std::vector<std::string>{"--on"},
      std::vector<std::string>{"--on", "a", "--on", "b"}, std::vector<std::string>{"--json=1"});
  const auto parsed = parse_arguments(kOptions, words);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().exit == Exit::Usage);
  CHECK(parsed.error().message.find(words[0].substr(2, 2)) != std::string::npos);
}

TEST_CASE("an unknown option is told with the one that was meant", "[unit][cli]") {
  const auto wrong = [](const std::string& word) {
    return parse_arguments({{"timeout", "T", ""}, {"on", "S", ""}}, {word, "x"}).error().message;
  };
  CHECK_THAT(wrong("--timeut"), Catch::EndsWith("; did you mean --timeout?"));
  CHECK_THAT(wrong("--timeut=3"), Catch::EndsWith("; did you mean --timeout?"));
  CHECK_THAT(wrong("-on"), Catch::EndsWith("; did you mean --on?"));
  CHECK_THAT(wrong("-l"), !Catch::Contains("did you mean"));
  CHECK_THAT(wrong("--nonsense"), !Catch::Contains("did you mean"));
}
