#include <muster/core/base/display_width.hpp>

#include "catch.hpp"

using namespace muster;

TEST_CASE("a text takes as many columns as a terminal gives it", "[unit][base]") {
  CHECK(display_width("") == 0);
  CHECK(display_width("web1") == 4);
  CHECK(display_width("müller") == 6);
  CHECK(display_width("mu\u0308ller") == 6);  // u and a combining diaeresis
  CHECK(display_width("東京") == 4);
  CHECK(display_width("서버") == 4);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("שלום") == 4);
  CHECK(display_width("นี้") == 1);  // one letter with two marks above it
}

TEST_CASE("a text that does not fit ends in an ellipsis within the columns", "[unit][base]") {
  CHECK(cut_to("web1", 4) == "web1");
  CHECK(cut_to("web12", 4) == "web…");
  CHECK(cut_to("web12", 1) == "…");
  CHECK(cut_to("web12", 0) == "");
  CHECK(cut_to("", 0) == "");
  CHECK(cut_to("東京駅", 6) == "東京駅");
  CHECK(cut_to("東京駅", 5) == "東京…");
  CHECK(cut_to("東京駅", 4) == "東…");  // half of a wide character cannot be shown
  CHECK(display_width(cut_to("東京駅", 4)) == 3);
  CHECK(cut_to("mu\u0308ller", 3) == "mu\u0308…");  // a mark stays with its letter
  CHECK(cut_to("mu\u0308", 2) == "mu\u0308");
}
