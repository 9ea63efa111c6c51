#include <muster/core/plugins/frames.hpp>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace muster;
using namespace muster::plugins;
using namespace std::chrono_literals;

namespace {

const Error kError{ErrorCode::NotFound, "no", "/a", true, 5ms};
const Bytes kAb{'a', 'b'};

/// The frame without its length, which is checked.
Bytes body_of(Bytes frame) {
  REQUIRE(frame.size() >= 4);
  const std::size_t size =
      frame[0] | frame[1] << 8U | frame[2] << 16U | std::size_t{frame[3]} << 24U;
  REQUIRE(size == frame.size() - 4);
  frame.erase(frame.begin(), frame.begin() + 4);
  return frame;
}

Bytes array_of(std::uint8_t type, std::size_t extra) {
  Bytes frame{static_cast<std::uint8_t>(0x91 + extra), type};
  frame.insert(frame.end(), extra, 0xc0);
  return frame;
}

}  // namespace

TEST_CASE("every frame to the host has the bytes that the protocol page promises",
          "[unit][plugins]") {
  const std::vector<std::pair<ToHost, std::string>> golden{
      {Start{"p", "i", kAb, {"muster.log/1"}, {"gauge p_a b"}, {"p.e", "p.f"}},
       "9701a170a169c4026162ad6d75737465722e6c6f672f310aac676175676520705f6120620aa8702e650a702e660"
       "a"},
      {Call{7, "p.o", "i", kAb, 1, 250ms, "k", "t", 9},
       "9a0207a3702e6fa169c402616201ccfaa16ba17409"},
      {Credit{7, 300}, "930307cd012c"},
      {Cancel{7, 2}, "93040702"},
      {Collect{3, 1000ms}, "930503cd03e8"},
      {Health{3}, "920603"},
      {Quiesce{1000ms}, "9207cd03e8"},
      {Stop{}, "9108"},
      {Ping{4}, "920904"},
      {KvAnswer{3, {{"k", kAb, 300}}, true, 9, {}}, "960a039193a16bc4026162cd012cc309c0"},
      {KvAnswer{3, {}, false, 0, kError}, "960a0390c2009505a26e6fa22f61c305"},
  };
  for (const auto& [frame, bytes] : golden) {
    CAPTURE(bytes);
    const auto body = body_of(encode(frame));
    CHECK(to_hex(body) == bytes);
    const auto decoded = decode_to_host(body);
    REQUIRE(decoded);
    CHECK(decoded->index() == frame.index());
    CHECK(encode(*decoded) == encode(frame));
  }
}

TEST_CASE("every frame to the agent has the bytes that the protocol page promises",
          "[unit][plugins]") {
  const std::vector<std::pair<ToAgent, std::string>> golden{
      {Ready{0, 1}, "93140001"},
      {StartFailed{"init", kError}, "9315a4696e69749505a26e6fa22f61c305"},
      {Refused{7, kError}, "9316079505a26e6fa22f61c305"},
      {Progress{7, 10'000, "n"}, "941707cd2710a16e"},
      {Output{7, 1, kAb}, "94180701c4026162"},
      {Finish{7, Outcome::Changed, kAb, {}}, "95190702c4026162c0"},
      {Finish{7, Outcome::Failed, {}, kError}, "95190703c4009505a26e6fa22f61c305"},
      {Log{4, 7, "m", kAb}, "951a0407a16dc4026162"},
      {Event{"t", "s", "i", 9, kAb}, "961ba174a173a16909c4026162"},
      {Collected{3, kAb, true, {}}, "951c03c4026162c3c0"},
      {HealthReport{3, 1, 9, "r", {}}, "961d030109a172c0"},
      {Pong{4, 250ms, {{"x", 2}}}, "941e04ccfa81a17802"},
      {Quiesced{{}}, "921fc0"},
      {Kv{3, KvAction::CompareAndSet, "k", "a", kAb, 250ms, 7}, "98200304a16ba161c4026162ccfa07"},
  };
  for (const auto& [frame, bytes] : golden) {
    CAPTURE(bytes);
    const auto body = body_of(encode(frame));
    CHECK(to_hex(body) == bytes);
    const auto decoded = decode_to_agent(body);
    REQUIRE(decoded);
    CHECK(decoded->index() == frame.index());
    CHECK(encode(*decoded) == encode(frame));
  }
}

TEST_CASE("a frame may have more fields than are known, never fewer", "[unit][plugins]") {
  CHECK(decode_to_host(Bytes{0x93, 0x09, 0x04, 0xc0}));
  CHECK(decode_to_host(Bytes{0x91, 0x09}).error().code == ErrorCode::Corrupt);
}

TEST_CASE("a frame of the other side, of no known type, or of no shape at all is refused",
          "[unit][plugins]") {
  CHECK_FALSE(decode_to_host(body_of(encode(ToAgent{Ready{}}))));
  CHECK_FALSE(decode_to_agent(body_of(encode(ToHost{Stop{}}))));
  CHECK_FALSE(decode_to_agent(array_of(99, 3)));
  CHECK_FALSE(decode_to_agent(array_of(25, 4)));  // the right number of fields, all nil
  CHECK_FALSE(decode_to_agent(Bytes{}));
  CHECK_FALSE(decode_to_agent(Bytes{0xc1}));
  CHECK_FALSE(decode_to_agent(Bytes{0xdd, 0xff, 0xff, 0xff, 0xff}));  // an array of 4 billion
  CHECK_FALSE(decode_to_agent(Bytes(1000, 0x91)));                    // a thousand deep
}

TEST_CASE("an outcome that is none is refused", "[unit][plugins]") {
  const auto outcome = GENERATE(as<std::uint8_t>{}, 0, 5);
  CHECK_FALSE(decode_to_agent(Bytes{0x95, 25, 7, outcome, 0xc4, 0, 0xc0}));
}

TEST_CASE("progress beyond all of it is refused", "[unit][plugins]") {
  const auto reads = [](std::uint16_t done) {
    return decode_to_agent(body_of(encode(ToAgent{Progress{7, done, ""}}))).has_value();
  };
  CHECK(reads(10'000));
  CHECK_FALSE(reads(10'001));
}

TEST_CASE("output of a stream that is none is refused", "[unit][plugins]") {
  const Bytes chunk{'x'};
  const auto reads = [&](std::uint8_t stream) {
    return decode_to_agent(body_of(encode(ToAgent{Output{7, stream, chunk}}))).has_value();
  };
  CHECK(reads(2));
  CHECK_FALSE(reads(3));
}

TEST_CASE("a kv action that is none is refused", "[unit][plugins]") {
  const auto action = GENERATE(as<std::uint8_t>{}, 0, 6);
  CHECK_FALSE(decode_to_agent(Bytes{0x98, 32, 3, action, 0xa0, 0xa0, 0xc4, 0, 0, 0}));
}

TEST_CASE("bytes beyond their limit are refused, bytes at it are not", "[unit][plugins]") {
  const auto fits = [](const ToAgent& frame) {
    return decode_to_agent(body_of(encode(frame))).has_value();
  };
  const auto fits_host = [](const ToHost& frame) {
    return decode_to_host(body_of(encode(frame))).has_value();
  };
  for (const std::size_t over : {0U, 1U}) {
    const bool good = over == 0;
    const Bytes chunk(kMaxChunk + over);
    CHECK(fits(Output{7, 1, chunk}) == good);
    CHECK(fits(Finish{7, Outcome::Ok, Bytes(kMaxResult + over), {}}) == good);
    CHECK(fits(Log{2, 0, "m", Bytes(kMaxLogFields + over)}) == good);
    CHECK(fits(Event{"t", "", "", 0, Bytes(kMaxEventData + over)}) == good);
    const std::string name(kMaxEventName + over, 'n');
    CHECK(fits(Event{name, "", "", 0, {}}) == good);
    CHECK(fits(Event{"t", name, "", 0, {}}) == good);
    CHECK(fits(Event{"t", "", name, 0, {}}) == good);
    const std::string types((64U << 10U) - 1 + over, 't');  // and the end of the line
    CHECK(fits_host(Start{"p", "", {}, {}, {}, {types}}) == good);
    CHECK(fits(Collected{1, Bytes(kMaxCollectPart + over), true, {}}) == good);
    CHECK(fits(Kv{1, KvAction::Set, std::string(kMaxKvKey + over, 'k'), "", {}, 0ms, 0}) == good);
    CHECK(fits(Kv{1, KvAction::List, "", std::string(kMaxKvKey + over, 'k'), {}, 0ms, 0}) == good);
    CHECK(fits(Kv{1, KvAction::Set, "k", "", Bytes(kMaxKvValue + over), 0ms, 0}) == good);
    CHECK(fits_host(KvAnswer{1, {{"k", Bytes(kMaxKvValue + over), 1}}, false, 1, {}}) == good);
    CHECK(fits_host(KvAnswer{
              1, std::vector<KvEntry>(kMaxKvEntries + over, {"k", {}, 1}), false, 1, {}}) == good);
    CHECK(fits_host(Call{7, "o", "", Bytes(kMaxArguments + over), 0, 0ms, "", "", 0}) == good);
  }
}
