#include <muster/core/base/utf8.hpp>

#include "catch.hpp"

using namespace muster;

TEST_CASE("what is UTF-8 can be told", "[unit][base]") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("M\xC3\xBCller\x1b \xF0\x9F\x98\x80"));
  for (const auto* text : {"\xFF", "a\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC0\xAF"}) {
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("the first byte that belongs to no character is counted from 1", "[unit][base]") {
  CHECK_FALSE(first_stray_byte("Müller"));
  CHECK(first_stray_byte("caf\xE9") == 4);
  CHECK(first_stray_byte("\xFFx") == 1);
  CHECK(first_stray_byte("€\xE2\x82") == 4);
}

TEST_CASE("a character has its code point, whatever its length", "[unit][base]") {
  CHECK(code_point("a") == U'a');
  CHECK(code_point("ü") == U'ü');
  CHECK(code_point("€") == U'€');
  CHECK(code_point("😀") == U'😀');
  CHECK(code_point("\xFF") == 0xFFFD);
}
