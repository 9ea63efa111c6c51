#include <cli/wrapping.hpp>

#include "catch.hpp"

using namespace muster::cli;

TEST_CASE("words are put into lines by the columns that they take", "[unit][cli]") {
  CHECK(wrapped("one two  three\nfour", 2, 10) == "  one two\n  three\n  four\n");
  CHECK(wrapped("müller söhne", 0, 12) == "müller söhne\n");
  CHECK(wrapped("東京 大阪", 0, 8) == "東京\n大阪\n");
  CHECK(wrapped("toolongforitsline b", 0, 5) == "toolongforitsline\nb\n");
}

TEST_CASE("what a name means stands beside it, or below it where there is too little room",
          "[unit][cli]") {
  const std::vector<Term> terms{{"größe", "how large it is"}, {"a", "one"}};
  CHECK(terms_text(terms, 80, 4) == "    größe  how large it is\n    a      one\n");
  CHECK(terms_text(terms, 20, 4) == "    größe\n      how large it\n      is\n    a\n      one\n");
}

TEST_CASE("a line that fits stays as it is, another goes on further in", "[unit][cli]") {
  CHECK(fitted("one two  three", 2, 0) == "one two  three");
  CHECK(fitted("one two  three", 2, 14) == "one two  three");
  CHECK(fitted("one two  three", 2, 13) == "one two\n  three");
  CHECK(fitted("a  b c", 1, 4) == "a  b\n c");
  CHECK(fitted("  a b\n  c d e", 4, 6) == "  a b\n  c d\n    e");
  CHECK(fitted("東京 大阪", 2, 8) == "東京\n  大阪");
  CHECK(fitted("", 2, 8).empty());
}

TEST_CASE("only what is too wide without blanks is broken after a | or a comma", "[unit][cli]") {
  CHECK(fitted("--x a|bb|ccc", 2, 8) == "--x a|\n  bb|ccc");
  CHECK(fitted("x a|bb|c", 2, 8) == "x a|bb|c");
  CHECK(fitted("x a|bb|c", 2, 7) == "x a|\n  bb|c");
  CHECK(fitted("x 10.0.0.1,10.0.0.2", 2, 13) == "x 10.0.0.1,\n  10.0.0.2");
  CHECK(fitted("x 7c1e2a58-9d1b", 2, 8) == "x\n  7c1e2a58-9d1b");
}

TEST_CASE("a colour takes no columns", "[unit][cli]") {
  CHECK(fitted("\x1b[32monline\x1b[0m now", 2, 10) == "\x1b[32monline\x1b[0m now");
  CHECK(entry("\x1b[31mbad\x1b[0m", "one", 5, 8) == "\x1b[31mbad\x1b[0m  one\n");
}

TEST_CASE("a value stands beside its name where its words fit there, else below", "[unit][cli]") {
  CHECK(entry("id", "some words of it", 5, 0) == "id   some words of it\n");
  CHECK(entry("id", "some words of it", 5, 12) == "id   some\n     words\n     of it\n");
  CHECK(entry("id", "7c1e2a58 it", 5, 12) == "id\n  7c1e2a58\n  it\n");
  CHECK(entry("  id", "7c1e2a58 it", 7, 12) == "  id\n    7c1e2a58\n    it\n");
  CHECK(entry("", "some words", 5, 12) == "     some\n     words\n");
  CHECK(entry("", "7c1e2a58", 5, 12) == "  7c1e2a58\n");
  CHECK(entry("labels", "", 8, 12) == "labels  \n");
  CHECK(entry("why", "a\npresence  online", 5, 0) == "why  a presence  online\n");
}

TEST_CASE("names and what they mean are broken where they must", "[unit][cli]") {
  CHECK(terms_text({{"--output a|bb|cccccccc", "in which form"}}, 16) ==
        "  --output a|\n    bb|cccccccc\n    in which\n    form\n");
  CHECK(terms_text({{"a", "one"}, {"b", "in /etc/sysctl.d/99-zz-muster.conf\ntoo"}}, 34) ==
        "  a  one\n  b\n    in\n    /etc/sysctl.d/99-zz-muster.conf\n    too\n");
}
