#include <limits>
#include <muster/core/crypto/noise.hpp>

#include "catch.hpp"

using namespace muster;
using namespace muster::crypto;

namespace {

struct Pair {
  SessionKeyPair left = SessionKeyPair::generate();
  SessionKeyPair right = SessionKeyPair::generate();
  Handshake initiator = Handshake::initiator(left, right.public_key, as_bytes("muster/1"));
  Handshake responder = Handshake::responder(right, left.public_key, as_bytes("muster/1"));
};

Bytes flip(Bytes bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
  return bytes;
}

std::pair<Split, Split> established() {
  Pair pair;
  REQUIRE(pair.responder.read_message(pair.initiator.write_message({}).value()));
  REQUIRE(pair.initiator.read_message(pair.responder.write_message({}).value()));
  return {pair.initiator.split(), pair.responder.split()};
}

}  // namespace

TEST_CASE("a flipped bit anywhere in the first message is refused", "[unit][crypto]") {
  Pair pair;
  const Bytes message = pair.initiator.write_message(as_bytes("hello")).value();
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    auto responder = Handshake::responder(pair.right, pair.left.public_key, as_bytes("muster/1"));
    // X25519 ignores the top bit of a key, but the handshake hash does not.
    CHECK(responder.read_message(flip(message, bit)).error().code == ErrorCode::Corrupt);
    CHECK_FALSE(responder.complete());
  }
}

TEST_CASE("a flipped bit in the second message ends the initiator's handshake", "[unit][crypto]") {
  Pair pair;
  REQUIRE(pair.responder.read_message(pair.initiator.write_message({}).value()));
  const Bytes answer = pair.responder.write_message(as_bytes("welcome")).value();
  const auto bit = GENERATE(0U, 255U, 256U, 300U, 439U);
  CHECK(pair.initiator.read_message(flip(answer, bit)).error().code == ErrorCode::Corrupt);
  CHECK(pair.initiator.read_message(answer).error().code == ErrorCode::FailedPrecondition);
}

TEST_CASE("a handshake fails when either static key or the prologue differs", "[unit][crypto]") {
  Pair pair;
  const auto stranger = SessionKeyPair::generate();
  const Bytes good = pair.initiator.write_message({}).value();

  auto expects_other = Handshake::responder(pair.right, stranger.public_key, as_bytes("muster/1"));
  CHECK(expects_other.read_message(good).error().code == ErrorCode::Corrupt);
  auto is_other = Handshake::responder(stranger, pair.left.public_key, as_bytes("muster/1"));
  CHECK(is_other.read_message(good).error().code == ErrorCode::Corrupt);
  auto other_prologue =
      Handshake::responder(pair.right, pair.left.public_key, as_bytes("muster/2"));
  CHECK(other_prologue.read_message(good).error().code == ErrorCode::Corrupt);
  CHECK(pair.responder.read_message(good));
}

TEST_CASE("a truncated or oversized handshake message is refused", "[unit][crypto]") {
  Pair pair;
  const Bytes message = pair.initiator.write_message({}).value();
  for (std::size_t length = 0; length < message.size(); ++length) {
    auto responder = Handshake::responder(pair.right, pair.left.public_key, as_bytes("muster/1"));
    CHECK_FALSE(responder.read_message(BytesView(message).first(length)));
  }
  CHECK_FALSE(pair.responder.read_message(Bytes(Handshake::kMaxMessage + 1)));
  Pair fresh;
  const Bytes largest(Handshake::kMaxMessage - Handshake::kOverhead);
  CHECK(fresh.initiator.write_message(Bytes(largest.size() + 1)).error().code ==
        ErrorCode::InvalidArgument);
  CHECK(fresh.initiator.write_message(largest).value().size() == Handshake::kMaxMessage);
}

TEST_CASE("a peer's key that gives everybody the same secret is refused", "[unit][crypto]") {
  const auto own = SessionKeyPair::generate();
  const SessionPublicKey zero{};
  auto initiator = Handshake::initiator(own, zero, {});
  CHECK(initiator.write_message({}).error().code == ErrorCode::Corrupt);
  Pair pair;
  Bytes message = pair.initiator.write_message({}).value();
  std::fill_n(message.begin(), 32, std::uint8_t{0});
  CHECK(pair.responder.read_message(message).error().code == ErrorCode::Corrupt);
}

TEST_CASE("each side writes and reads in its turn only", "[unit][crypto]") {
  Pair pair;
  CHECK(pair.responder.write_message({}).error().code == ErrorCode::FailedPrecondition);
  CHECK(pair.initiator.read_message(Bytes(48)).error().code == ErrorCode::FailedPrecondition);
  REQUIRE(pair.initiator.write_message({}));
  CHECK(pair.initiator.write_message({}).error().code == ErrorCode::FailedPrecondition);
}

TEST_CASE("two handshakes between the same peers give different keys", "[unit][crypto]") {
  Pair pair;
  auto again = Handshake::initiator(pair.left, pair.right.public_key, as_bytes("muster/1"));
  CHECK(pair.initiator.write_message({}).value() != again.write_message({}).value());
}

TEST_CASE("a sealed message opens only with its counter, its header and all of its bits",
          "[unit][crypto]") {
  auto [left, right] = established();
  const Bytes sealed = left.send.seal(7, as_bytes("header"), as_bytes("body")).value();
  CHECK(right.receive.open(7, as_bytes("header"), sealed).value() == to_bytes(as_bytes("body")));
  CHECK(right.receive.open(8, as_bytes("header"), sealed).error().code == ErrorCode::Corrupt);
  CHECK(right.receive.open(7, as_bytes("Header"), sealed).error().code == ErrorCode::Corrupt);
  CHECK(right.send.open(7, as_bytes("header"), sealed).error().code == ErrorCode::Corrupt);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    CHECK_FALSE(right.receive.open(7, as_bytes("header"), flip(sealed, bit)));
  }
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    CHECK_FALSE(right.receive.open(7, as_bytes("header"), BytesView(sealed).first(length)));
  }
}

TEST_CASE("the last counter is never used", "[unit][crypto]") {
  auto [left, right] = established();
  const auto last = std::numeric_limits<std::uint64_t>::max();
  CHECK(left.send.seal(last, {}, {}).error().code == ErrorCode::ResourceExhausted);
  CHECK(right.receive.open(last, {}, Bytes(16)).error().code == ErrorCode::ResourceExhausted);
  const Bytes sealed = left.send.seal(last - 1, {}, as_bytes("x")).value();
  CHECK(right.receive.open(last - 1, {}, sealed));
}

TEST_CASE("sealing into a buffer keeps what is in it, also when opening fails", "[unit][crypto]") {
  auto [left, right] = established();
  Bytes frame = to_bytes(as_bytes("ab"));
  REQUIRE(left.send.seal_append(0, BytesView(frame).first(0), as_bytes("body"), frame));
  CHECK(frame.size() == 2 + 4 + CipherState::kOverhead);
  Bytes plain = to_bytes(as_bytes("kept"));
  REQUIRE(right.receive.open_append(0, {}, BytesView(frame).subspan(2), plain));
  CHECK(as_text(plain) == "keptbody");
  CHECK_FALSE(right.receive.open_append(1, {}, BytesView(frame).subspan(2), plain));
  CHECK(as_text(plain) == "keptbody");
}

TEST_CASE("a session key of another length is refused", "[unit][crypto]") {
  CHECK(SessionKeyPair::from_secret(Secret(Bytes(31))).error().code == ErrorCode::InvalidArgument);
  CHECK(SessionKeyPair::from_secret(Secret(Bytes(33))).error().code == ErrorCode::InvalidArgument);
}
