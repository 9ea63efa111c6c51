#include <algorithm>
#include <muster/core/wire/gateway_link.hpp>
#include <random>

#include "catch.hpp"
#include "samples.hpp"

using namespace muster;
using namespace muster::wire;

namespace {

const Bytes kRoute{0x01, 0x02};

std::map<std::string, LinkFrame> samples() {
  const TransportKey key = test::kDigest;
  return {{"GatewayHello", GatewayHello{1, test::kTask.bytes, key, "127.0.0.1:8421"}},
          {"Allow", Allow{{key}, true}},
          {"Revoke", Revoke{{key}}},
          {"Send", Send{kRoute, as_bytes("abc")}},
          {"Received", Received{kRoute, key, as_bytes("abc")}},
          {"Admit", Admit{500}},
          {"Counters", Counters{{{"routes", 300}}}}};
}

/// Puts bytes into the reader in pieces of `step` and returns the frames that come out.
std::vector<Bytes> read_all(BytesView stream, std::size_t step) {
  FrameReader reader;
  std::vector<Bytes> frames;
  while (!stream.empty()) {
    const auto room = reader.prepare();
    const auto count = std::min({room.size(), stream.size(), step});
    std::copy_n(stream.begin(), count, room.begin());
    reader.commit(count);
    stream = stream.subspan(count);
    for (auto frame = reader.next().value(); frame; frame = reader.next().value()) {
      frames.push_back(to_bytes(*frame));
    }
  }
  return frames;
}

}  // namespace

TEST_CASE("every frame of the link has its golden bytes, both ways", "[unit][wire]") {
  const auto golden = test::read_golden("link.txt");
  CHECK(golden.size() == samples().size());
  for (const auto& [name, frame] : samples()) {
    INFO(name);
    CHECK(to_hex(encode_link(frame)) == golden.at(name));
    Bytes bytes;
    REQUIRE(from_hex(golden.at(name), bytes));
    const auto decoded = decode_link(BytesView(bytes).subspan(4));
    REQUIRE(decoded);
    CHECK(decoded->index() == frame.index());
    CHECK(to_hex(encode_link(*decoded)) == golden.at(name));
  }
}

TEST_CASE("a head and its payload make the frame that decodes to both", "[unit][wire]") {
  const Bytes payload(GENERATE(0U, 3U, 300U, 70'000U), 0x5a);
  Bytes frame = begin_received(kRoute, test::kDigest, payload.size());
  frame.insert(frame.end(), payload.begin(), payload.end());
  const auto frames = read_all(frame, 1U << 20U);
  REQUIRE(frames.size() == 1);
  const auto decoded = decode_link(frames[0]);
  REQUIRE(decoded);
  const auto& received = std::get<Received>(*decoded);
  CHECK(std::ranges::equal(received.route, kRoute));
  CHECK(received.key == test::kDigest);
  CHECK(std::ranges::equal(received.payload, payload));
}

TEST_CASE("a stream in pieces of any size gives the same frames", "[unit][wire]") {
  Bytes stream;
  std::vector<Bytes> expected;
  for (std::size_t size : {0U, 1U, 1000U, 300'000U, 5U, 1'000'000U}) {
    const Bytes payload(size, static_cast<std::uint8_t>(size));
    const Bytes frame = encode_link(Send{kRoute, payload});
    expected.emplace_back(frame.begin() + 4, frame.end());
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  const std::size_t step = GENERATE(7U, 4096U, 100'000U, 10'000'000U);
  CHECK(read_all(stream, step) == expected);
}

TEST_CASE("a frame longer than the limit ends the stream before it is held", "[unit][wire]") {
  FrameReader reader(1000);
  const Bytes length{0xe9, 0x03, 0, 0};  // 1001
  std::ranges::copy(length, reader.prepare().begin());
  reader.commit(length.size());
  CHECK(reader.next().error().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("frames beyond a limit, of an unknown type or damaged are refused", "[unit][wire]") {
  const auto body = [](const LinkFrame& frame) {
    const Bytes bytes = encode_link(frame);
    return Bytes(bytes.begin() + 4, bytes.end());
  };
  CHECK(decode_link(body(Allow{std::vector<TransportKey>(10'000), false})));
  CHECK_FALSE(decode_link(body(Allow{std::vector<TransportKey>(10'001), false})));
  CHECK(decode_link(body(Send{Bytes(255), {}})));
  CHECK_FALSE(decode_link(body(Send{Bytes(256), {}})));
  CHECK_FALSE(decode_link(Bytes{0x92, 0x08, 0x00}));
  CHECK_FALSE(decode_link(Bytes{0x90}));
  std::mt19937 random(3);
  for (const auto& [name, frame] : samples()) {
    for (int i = 0; i < 500; ++i) {
      Bytes bytes = body(frame);
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      bytes.resize(random() % (bytes.size() + 1));
      static_cast<void>(decode_link(bytes));
    }
  }
}
