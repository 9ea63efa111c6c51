#include <cli/terminal.hpp>

#include "catch.hpp"

using namespace muster::cli;

TEST_CASE("a table's columns are as wide as their widest cell, counted in characters",
          "[unit][cli]") {
  CHECK(table({"NAME", "STATE"}, {{"müller", "ok"}, {"a", "failed"}}) ==
        "NAME    STATE\nmüller  ok\na       failed\n");
}

TEST_CASE("what a node sends cannot move the cursor or change the colour", "[unit][cli]") {
  CHECK(printable("a\x1b[2Jb\rc\td\n") == "a?[2Jb?c\td\n");
}

TEST_CASE("a time is shown to the second and an empty one as a dash", "[unit][cli]") {
  CHECK(short_time("2026-01-02T03:04:05.678Z") == "2026-01-02 03:04:05Z");
  CHECK(short_time("") == "-");
  CHECK(short_time("soon") == "soon");
}
