#include "cli/csv.hpp"

#include <utility>

#include "catch.hpp"

using namespace muster::cli;

TEST_CASE("a line of CSV is as RFC 4180 wants it", "[unit][cli]") {
  CHECK(csv_line({"a", "", "b c"}) == "a,,b c\r\n");
  CHECK(csv_line({"a,b", "say \"x\"", "two\nlines", "cr\r"}) ==
        "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\"cr\r\"\r\n");
  CHECK(csv_line({" a", "a "}) == "\" a\",\"a \"\r\n");
  CHECK(csv_line({}) == "\r\n");
}

TEST_CASE("text that a spreadsheet would run gets an apostrophe, and no other", "[unit][cli]") {
  using Row = std::pair<std::string, std::string>;
  const auto [text, expected] =
      GENERATE(Row{"=1+1", "'=1+1"}, Row{"+1", "'+1"}, Row{"-1", "'-1"}, Row{"@x", "'@x"},
               Row{"\t=1", "'\t=1"}, Row{"\r=1", "'\r=1"}, Row{"\n=1", "'\n=1"}, Row{"", ""},
               Row{"a=1", "a=1"}, Row{"'x", "'x"}, Row{" =1", " =1"});
  CHECK(no_formula(text) == expected);
}
