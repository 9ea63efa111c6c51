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
  append_record(image, as_bytes("hi"), header, {image.size(), 33});
  CHECK(to_hex(BytesView(image).first(32)) ==
        "4d5354524a524e4c02000000040302010500000000000000"
        "0700000000000000");
  REQUIRE(image.size() == kHeaderBytes + kRecordOverhead + 2);
  CHECK(to_hex(BytesView(image).subspan(kHeaderBytes, 4)) == "03000000");
  CHECK(to_hex(BytesView(image).subspan(kHeaderBytes + 8)) == "03000000016869");
  // Salt and offset go into the sum: 04030201, then 36 in eight bytes, then the rest.
  Bytes summed;
  REQUIRE(from_hex("04030201240000000000000003000000016869", summed));
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

TEST_CASE("what a crash leaves of a batch is cut, and damage before a later batch is told",
          "[unit][journal]") {
  const Header header{7, 1, 1};
  Bytes image;
  append_header(image, header);
  append_record(image, as_bytes("synced"), header, {image.size(), image.size()});
  const auto batch = image.size();
  append_record(image, as_bytes("first of the batch"), header, {batch, batch});
  const auto second = image.size();
  append_record(image, as_bytes("second of the batch"), header, {second, batch});
  const auto end = image.size();
  image[batch + kRecordOverhead] ^= 1;  // as when this block was not written and the next one was

  auto checked = check_records(image, header);
  REQUIRE(checked);
  CHECK(checked->intact_bytes == batch);

  append_record(image, as_bytes("next batch"), header, {end, end});
  checked = check_records(image, header);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == ErrorCode::Corrupt);
}
