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
