#include "journal/format.hpp"

#include "catch.hpp"
#include "journal/crc32c.hpp"

using namespace muster;
using namespace muster::journal;

TEST_CASE("the journal's checksum is CRC-32C", "[unit][journal]") {
  CHECK(crc32c(as_bytes("123456789")) == 0xE3069283U);
  CHECK(crc32c(as_bytes("6789"), crc32c(as_bytes("12345"))) == 0xE3069283U);
}

TEST_CASE("a segment has the bytes that its document promises", "[unit][journal]") {
  const Header header{0x01020304, 5, 7};
  Bytes image;
  append_header(image, header);
  append_record(image, as_bytes("hi"), header, image.size());
  CHECK(to_hex(BytesView(image).first(32)) ==
        "4d5354524a524e4c01000000040302010500000000000000"
        "0700000000000000");
  REQUIRE(image.size() == kHeaderBytes + kRecordOverhead + 2);
  CHECK(to_hex(BytesView(image).subspan(kHeaderBytes, 4)) == "03000000");
  CHECK(to_hex(BytesView(image).subspan(kHeaderBytes + 8)) == "016869");
  // Salt and offset go into the sum: 04030201, then 36 in eight bytes, then type and payload.
  Bytes summed;
  REQUIRE(from_hex("040302012400000000000000016869", summed));
  const auto sum = crc32c(summed);
  CHECK(image[kHeaderBytes + 4] == (sum & 0xFFU));
  CHECK(image[kHeaderBytes + 7] == sum >> 24U);
}

TEST_CASE("a header with any flipped bit is refused", "[unit][journal]") {
  Bytes image;
  append_header(image, {1, 2, 3});
  REQUIRE(read_header(image));
  for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
    auto damaged = image;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(read_header(damaged));
  }
}
