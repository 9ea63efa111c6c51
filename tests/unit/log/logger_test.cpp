#include <muster/core/log/capture.hpp>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "fake_clock.hpp"

using namespace muster;
using log::Format;
using log::Level;

namespace {

struct Fixture {
  test::FakeClock clock;
  log::Capture capture;
  log::Logger logger{"muster-agent", Level::Info, capture.sink(), clock};

  std::string line(Format format = Format::Text) {
    return log::format_line(capture.entries().back(), format);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a line has time, level, program, sentence and fields", "[unit][log]") {
  clock.advance(std::chrono::milliseconds(678));
  logger.info("agent joined", {{"node", "web9"}, {"tries", 3}, {"new", true}, {"load", 0.5}});
  CHECK(line() ==
        "2023-11-14T22:13:21.678Z info muster-agent: agent joined node=web9 tries=3 new=true "
        "load=0.5");
}

TEST_CASE_METHOD(Fixture, "a value with spaces, quotes or nothing in it is quoted", "[unit][log]") {
  logger.warn("x", {{"a", "b c"}, {"d", "say \"hi\""}, {"e", ""}, {"f", "g=h"}, {"i", "\\"}});
  CHECK_THAT(line(), Catch::EndsWith(R"(x a="b c" d="say \"hi\"" e="" f="g=h" i="\\")"));
}

TEST_CASE_METHOD(Fixture, "a peer's value cannot forge a line or command a terminal",
                 "[unit][log]") {
  logger.error("x", {{"a", "b\n2026 info c: d\r\x1b[2J\x7f"},
                     {"c1", "\xC2\x9B"},
                     {"separator", "\xE2\x80\xA8"},
                     {"raw", "\x9B\xFF"},
                     {"name", "Jörg"}});
  CHECK_THAT(line(), Catch::EndsWith("x a=\"b\\n2026 info c: d\\x0d\\x1b[2J\\x7f\" "
                                     "c1=\"\\xc2\\x9b\" separator=\"\\xe2\\x80\\xa8\" "
                                     "raw=\"\\x9b\\xff\" name=Jörg"));
}

TEST_CASE_METHOD(Fixture, "secrets are never written", "[unit][log]") {
  logger.with({{"enrol_token", "s1"}})
      .info("x",
            {{"password", "s2"}, {"Authorization", "s3"}, {"api-key", "s4"}, {"monkey", "ok"}});
  for (const auto format : {Format::Text, Format::Json}) {
    CHECK_THAT(line(format), !Catch::Contains("s1") && !Catch::Contains("s2") &&
                                 !Catch::Contains("s3") && !Catch::Contains("s4"));
  }
  CHECK(capture.entries().back().field("password") == "***");
  CHECK(capture.entries().back().field("monkey") == "ok");
}

TEST_CASE_METHOD(Fixture, "JSON lines parse, whatever the bytes", "[unit][log]") {
  logger.info("x", {{"a", "b\n\"c\""}, {"bad", "\xFF"}});
  const auto text = line(Format::Json);
  CHECK(text.find('\n') == text.npos);
  const auto parsed = nlohmann::json::parse(text);
  CHECK(parsed["level"] == "info");
  CHECK(parsed["message"] == "x");
  CHECK(parsed["fields"]["a"] == "b\n\"c\"");
}

TEST_CASE_METHOD(Fixture, "a level that is off says nothing, and children follow a change",
                 "[unit][log]") {
  const auto child = logger.with({{"plugin", "mock"}});
  child.debug("hidden");
  CHECK(capture.entries().empty());
  logger.set_level(Level::Debug);
  child.debug("seen", {{"b", 1U}});
  REQUIRE(capture.entries().size() == 1);
  CHECK_THAT(line(), Catch::EndsWith("debug muster-agent: seen plugin=mock b=1"));
}

TEST_CASE("a level is read by its name", "[unit][log]") {
  for (const auto level : {Level::Error, Level::Warn, Level::Info, Level::Debug}) {
    CHECK(log::parse_level(to_string(level)) == level);
  }
  CHECK(log::parse_level("loud").error().code == ErrorCode::InvalidArgument);
}
