#include <muster/core/wire/envelope.hpp>
#include <random>

#include "catch.hpp"

using namespace muster;
using namespace muster::wire;

namespace {
const Header kHeader{MessageType::Out, 300, 70'000, 255};

Violation violation_of(BytesView frame) {
  const auto decoded = decode_envelope(frame);
  REQUIRE_FALSE(decoded);
  return decoded.error();
}
}  // namespace

TEST_CASE("an envelope and its associated data have their golden bytes", "[unit][wire]") {
  const Bytes frame = encode_envelope(kHeader, as_bytes("body"));
  CHECK(to_hex(frame) == "960118cd012cce00011170ccffc404626f6479");
  CHECK(to_hex(AssociatedData(kHeader).view()) == "950118cd012cce00011170ccff");
  const auto decoded = decode_envelope(frame);
  REQUIRE(decoded);
  CHECK(decoded->header == kHeader);
  CHECK(as_text(decoded->body) == "body");
}

TEST_CASE("numbers of every width come back, and bodies of every size class", "[unit][wire]") {
  const std::uint64_t number = GENERATE(as<std::uint64_t>{}, 1U, 127U, 128U, 255U, 256U, 65'535U,
                                        65'536U, 0xffff'ffffU, 0x1'0000'0000U, ~std::uint64_t{0});
  const Header header{MessageType::Event, number, number, number};
  const std::size_t size = GENERATE(0U, 255U, 256U, 65'535U, 65'536U);
  const Bytes body(size, 0xab);
  const Bytes frame = encode_envelope(header, body);
  const auto decoded = decode_envelope(frame);
  REQUIRE(decoded);
  CHECK(decoded->header == header);
  CHECK(decoded->body.size() == size);
}

TEST_CASE("an envelope cut short anywhere, or followed by anything, is a violation of shape",
          "[unit][wire]") {
  Bytes frame = encode_envelope(kHeader, as_bytes("body"));
  for (std::size_t size = 0; size < frame.size(); ++size) {
    CHECK(violation_of(BytesView(frame).first(size)) == Violation::Shape);
  }
  frame.push_back(0);
  CHECK(violation_of(frame) == Violation::Shape);
}

TEST_CASE("a header in another than the shortest form is a violation of shape", "[unit][wire]") {
  // session 5 as a byte with a tag before it
  CHECK(violation_of(Bytes{0x96, 0x01, 0x0a, 0xcc, 0x05, 0x01, 0x00, 0xc4, 0x00}) ==
        Violation::Shape);
  // an empty body with a length of two bytes
  CHECK(violation_of(Bytes{0x96, 0x01, 0x0a, 0x05, 0x01, 0x00, 0xc5, 0x00, 0x00}) ==
        Violation::Shape);
  CHECK(decode_envelope(Bytes{0x96, 0x01, 0x0a, 0x05, 0x01, 0x00, 0xc4, 0x00}));
}

TEST_CASE("each fault of an envelope has its own name", "[unit][wire]") {
  CHECK(violation_of(Bytes{0x96, 0x02, 0x0a, 0x05, 0x01, 0x00, 0xc4, 0x00}) == Violation::Version);
  CHECK(violation_of(Bytes{0x96, 0x01, 0x06, 0x05, 0x01, 0x00, 0xc4, 0x00}) == Violation::Type);
  CHECK(violation_of(encode_envelope({MessageType::Hello, 1, 0, 0}, {})) == Violation::Session);
  CHECK(violation_of(encode_envelope({MessageType::Hello, 0, 1, 0}, {})) == Violation::Sequence);
  CHECK(violation_of(encode_envelope({MessageType::Start, 0, 1, 0}, {})) == Violation::Session);
  CHECK(violation_of(encode_envelope({MessageType::Start, 1, 0, 0}, {})) == Violation::Sequence);
}

TEST_CASE("a frame of 1 MiB is taken and a larger one is not", "[unit][wire]") {
  const std::size_t header = encode_envelope(kHeader, Bytes(70'000)).size() - 70'000;
  CHECK(decode_envelope(encode_envelope(kHeader, Bytes(kMaxFrame - header))));
  CHECK(violation_of(encode_envelope(kHeader, Bytes(kMaxFrame - header + 1))) == Violation::Limit);
}

TEST_CASE("RETRY is read from its envelope and from nothing else", "[unit][wire]") {
  const Bytes frame = encode_retry({1500});
  CHECK(read_retry(decode_envelope(frame).value())->after_ms == 1500);
  CHECK_FALSE(read_retry({kHeader, as_bytes("x")}));
  CHECK_FALSE(read_retry({{MessageType::Retry, 0, 0, 0}, as_bytes("x")}));
}

TEST_CASE("random bytes are never more than a violation", "[unit][wire]") {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    Bytes frame = encode_envelope(kHeader, as_bytes("body"));
    for (auto changes = random() % 5; changes > 0; --changes) {
      frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
    }
    frame.resize(random() % (frame.size() + 1));
    const auto decoded = decode_envelope(frame);
    // What is taken has exactly one encoding.
    if (decoded) CHECK(encode_envelope(decoded->header, decoded->body) == frame);
  }
}
