#include <cli/terminal.hpp>
#include <cstdlib>

#include "catch.hpp"

using namespace muster::cli;

TEST_CASE("what a node sends cannot move the cursor or change the colour", "[unit][cli]") {
  CHECK(printable("a\x1b[2Jb\rc\td\n") == "a?[2Jb?c\td\n");
}

TEST_CASE("the short forms of escape sequences and stray bytes are no way around that",
          "[unit][cli]") {
  CHECK(printable("a\xC2\x9B"
                  "2Jb") == "a?2Jb");  // U+009B is CSI
  CHECK(printable("a\x9B"
                  "2Jb") == "a?2Jb");
  CHECK(printable("\xE0\x80\x9B") == "???");  // ESC in a longer form
  CHECK(printable("\x7F\xFF\xE2\x82") == "????");
  CHECK(printable("M\xC3\xBCller \xC2\xA0 \xE2\x82\xAC \xF0\x9F\x98\x80") ==
        "M\xC3\xBCller \xC2\xA0 \xE2\x82\xAC \xF0\x9F\x98\x80");
}

TEST_CASE("a character that comes in two parts is shown whole", "[unit][cli]") {
  std::string pending = "a\xE2\x82";
  CHECK(take_printable(pending) == "a");
  pending += "\xAC\x1b[2J";
  CHECK(take_printable(pending) == "\xE2\x82\xAC?[2J");
  CHECK(pending.empty());
  pending = "b\x82\x82\x82\x82";
  CHECK(take_printable(pending) == "b????");
}

TEST_CASE("what a node sends cannot turn the direction of the text around it", "[unit][cli]") {
  CHECK(printable("web\u202Egnp.exe") == "web?gnp.exe");
  CHECK(printable("\u2066web\u2069") == "?web?");
  CHECK(printable("שלום \u200F") == "שלום \u200F");  // its own direction stays
}

TEST_CASE("a time is shown to the second and an empty one as a dash", "[unit][cli]") {
  CHECK(short_time("2026-01-02T03:04:05.678Z") == "2026-01-02 03:04:05Z");
  CHECK(short_time("") == "-");
  CHECK(short_time("soon") == "soon");
}

TEST_CASE("a dumb terminal knows no escape sequences, any other does", "[unit][cli]") {
  ::setenv("TERM", "dumb", 1);
  CHECK_FALSE(takes_escapes());
  ::setenv("TERM", "xterm", 1);
  CHECK(takes_escapes());
  ::unsetenv("TERM");
  CHECK(takes_escapes());
}
