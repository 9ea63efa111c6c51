#include <muster/core/base/bytes.hpp>

#include "catch.hpp"

using namespace muster;

TEST_CASE("hexadecimal text becomes the same bytes again", "[unit][base]") {
  const Bytes bytes{0x00, 0x7f, 0xff, 0x10};
  CHECK(to_hex(bytes) == "007fff10");
  Bytes back;
  REQUIRE(from_hex("007FfF10", back));
  CHECK(back == bytes);
}

TEST_CASE("text that is not hexadecimal is refused and leaves the output alone", "[unit][base]") {
  const std::string text = GENERATE("0", "0g", "zz", "0x12");
  Bytes out{1, 2, 3};
  CHECK_FALSE(from_hex(text, out));
  CHECK(out == Bytes{1, 2, 3});
}
