#include <muster/core/net/session.hpp>

#include "catch.hpp"

using namespace muster;
using namespace muster::net;
using wire::MessageType;
using wire::Violation;

namespace {

wire::Envelope envelope_of(BytesView frame) { return wire::decode_envelope(frame).value(); }

/// Both ends with their keys, and a session between them once agree() ran.
struct Ends {
  crypto::SessionKeyPair node_key = crypto::SessionKeyPair::generate();
  crypto::SessionKeyPair controller_key = crypto::SessionKeyPair::generate();
  crypto::SigningKey signing_key = crypto::SigningKey::generate();
  AgentSession agent{node_key, controller_key.public_key, signing_key.public_key()};
  ControllerSession controller{controller_key, signing_key, node_key.public_key};

  void agree(std::uint64_t session = 77) {
    const Bytes hello = agent.hello({}).value();
    REQUIRE(controller.on_hello(envelope_of(hello)));
    wire::Welcome welcome;
    welcome.session = session;
    const Bytes answer = controller.welcome(welcome).value();
    REQUIRE(agent.on_answer(envelope_of(answer)));
  }
};

Bytes heartbeat(Ends& ends) { return ends.agent.seal(wire::Heartbeat{1, 2}).value(); }

template <class T>
Violation violation(const Checked<T>& checked) {
  REQUIRE_FALSE(checked);
  return checked.error();
}

}  // namespace

TEST_CASE("agent and controller agree on a session and understand each other", "[unit][net]") {
  Ends ends;
  wire::Hello said;
  said.name = "web9";
  const Bytes hello = ends.agent.hello(said).value();
  const auto heard = ends.controller.on_hello(envelope_of(hello));
  REQUIRE(heard);
  CHECK(heard->name == "web9");
  wire::Welcome welcome;
  welcome.session = 77;
  const Bytes answer = ends.controller.welcome(welcome).value();
  const auto welcomed = ends.agent.on_answer(envelope_of(answer));
  REQUIRE(welcomed);
  CHECK(std::get<wire::Welcome>(*welcomed).session == 77);
  CHECK(ends.agent.established());
  CHECK_FALSE(ends.controller.proven());

  const Bytes frame = heartbeat(ends);
  const auto opened = ends.controller.open(frame);
  REQUIRE(opened);
  CHECK(opened->type == MessageType::Heartbeat);
  CHECK(wire::decode<wire::Heartbeat>(opened->body)->queued == 2);
  CHECK(ends.controller.proven());
  const auto back = ends.agent.open(ends.controller.seal(wire::HeartbeatAck{5}).value());
  REQUIRE(back);
  CHECK(ends.agent.channel().acknowledged() == 1);
}

TEST_CASE("a refusal is opened by the agent and makes no session", "[unit][net]") {
  Ends ends;
  REQUIRE(ends.controller.on_hello(envelope_of(ends.agent.hello({}).value())));
  const Bytes refusal =
      ends.controller.refuse({6, "a clone", std::chrono::milliseconds(0)}).value();
  const auto answer = ends.agent.on_answer(envelope_of(refusal));
  REQUIRE(answer);
  CHECK(std::get<wire::Refused>(*answer).sentence == "a clone");
  CHECK_FALSE(ends.agent.established());
  CHECK(ends.agent.seal(wire::Heartbeat{}).error().code == ErrorCode::FailedPrecondition);
}

TEST_CASE("a refusal passed on as a welcome, or the other way round, is a violation",
          "[unit][net]") {
  Ends ends;
  REQUIRE(ends.controller.on_hello(envelope_of(ends.agent.hello({}).value())));
  const bool welcome = GENERATE(true, false);
  wire::Welcome payload;
  payload.session = 1;
  Bytes answer = (welcome ? ends.controller.welcome(payload)
                          : ends.controller.refuse({6, "no", std::chrono::milliseconds(0)}))
                     .value();
  answer[2] = static_cast<std::uint8_t>(welcome ? MessageType::Refused : MessageType::Welcome);
  CHECK(violation(ends.agent.on_answer(envelope_of(answer))) == Violation::Body);
}

TEST_CASE("a HELLO under another node's key does not open", "[unit][net]") {
  Ends ends;
  AgentSession stranger(crypto::SessionKeyPair::generate(), ends.controller_key.public_key,
                        ends.signing_key.public_key());
  const Bytes hello = stranger.hello({}).value();
  CHECK(violation(ends.controller.on_hello(envelope_of(hello))) == Violation::Seal);
}

TEST_CASE("an agent does not take the welcome of another controller", "[unit][net]") {
  Ends ends;
  const Bytes hello = ends.agent.hello({}).value();
  Ends others;
  REQUIRE(others.controller.on_hello(envelope_of(others.agent.hello({}).value())));
  wire::Welcome welcome;
  welcome.session = 1;
  const Bytes answer = others.controller.welcome(welcome).value();
  CHECK(violation(ends.agent.on_answer(envelope_of(answer))) == Violation::Seal);
}

TEST_CASE("an agent does not take the welcome of who has the session key and not the signing key",
          "[unit][net]") {
  Ends ends;
  const auto other = crypto::SigningKey::generate();
  ControllerSession thief(ends.controller_key, other, ends.node_key.public_key);
  REQUIRE(thief.on_hello(envelope_of(ends.agent.hello({}).value())));
  wire::Welcome welcome;
  welcome.session = 1;
  const Bytes answer = thief.welcome(welcome).value();
  CHECK(violation(ends.agent.on_answer(envelope_of(answer))) == Violation::Seal);
  CHECK_FALSE(ends.agent.established());
}

TEST_CASE("a replayed HELLO leads to a session that is never proven", "[unit][net]") {
  Ends ends;
  const Bytes hello = ends.agent.hello({}).value();
  REQUIRE(ends.controller.on_hello(envelope_of(hello)));
  wire::Welcome welcome;
  welcome.session = 1;
  REQUIRE(ends.agent.on_answer(envelope_of(ends.controller.welcome(welcome).value())));
  ControllerSession second(ends.controller_key, ends.signing_key, ends.node_key.public_key);
  REQUIRE(second.on_hello(envelope_of(hello)));
  REQUIRE(second.welcome(welcome));
  CHECK(violation(second.open(heartbeat(ends))) == Violation::Seal);
  CHECK_FALSE(second.proven());
}

TEST_CASE("a message twice, out of turn or left out is a violation of the sequence",
          "[unit][net]") {
  Ends ends;
  ends.agree();
  const Bytes first = heartbeat(ends);
  const Bytes second = heartbeat(ends);
  const Bytes third = heartbeat(ends);
  SECTION("twice") {
    REQUIRE(ends.controller.open(first));
    CHECK(violation(ends.controller.open(first)) == Violation::Sequence);
  }
  SECTION("out of turn") { CHECK(violation(ends.controller.open(second)) == Violation::Sequence); }
  SECTION("left out") {
    REQUIRE(ends.controller.open(first));
    CHECK(violation(ends.controller.open(third)) == Violation::Sequence);
  }
}

TEST_CASE("a message of another session is a violation", "[unit][net]") {
  Ends ends;
  ends.agree(77);
  Ends others;
  others.agree(78);
  CHECK(violation(ends.controller.open(heartbeat(others))) == Violation::Session);
  Ends same_number;
  same_number.agree(77);
  CHECK(violation(ends.controller.open(heartbeat(same_number))) == Violation::Seal);
}

TEST_CASE("a bit changed anywhere in a frame is a violation, and nothing comes out",
          "[unit][net]") {
  Ends ends;
  ends.agree();
  const Bytes frame = heartbeat(ends);
  for (std::size_t i = 0; i < frame.size() * 8; ++i) {
    Bytes changed = frame;
    changed[i / 8] = static_cast<std::uint8_t>(changed[i / 8] ^ (1U << (i % 8)));
    INFO("bit " << i);
    CHECK_FALSE(ends.controller.open(changed));
  }
  CHECK(ends.controller.open(frame));
}

TEST_CASE("what only the other side sends is a violation from this one", "[unit][net]") {
  Ends ends;
  ends.agree();
  // An agent that sends a TASK: sealed well, and still not its to send.
  CHECK(violation(ends.controller.open(ends.agent.seal(wire::Task{}).value())) == Violation::Type);
  CHECK(violation(ends.agent.open(ends.controller.seal(wire::Accept{}).value())) ==
        Violation::Type);
  CHECK(violation(ends.agent.open(wire::encode_retry({0}))) == Violation::Type);
}

TEST_CASE("another version of the wire is a violation of its own name", "[unit][net]") {
  Ends ends;
  ends.agree();
  Bytes frame = heartbeat(ends);
  frame[1] = 2;
  CHECK(violation(ends.controller.open(frame)) == Violation::Version);
}

TEST_CASE("a second HELLO, and an answer that nobody asked for, are out of turn", "[unit][net]") {
  Ends ends;
  CHECK(ends.controller.welcome({}).error().code == ErrorCode::InvalidArgument);
  wire::Welcome welcome;
  welcome.session = 1;
  CHECK(ends.controller.welcome(welcome).error().code == ErrorCode::FailedPrecondition);
  const Bytes hello = ends.agent.hello({}).value();
  CHECK(ends.agent.hello({}).error().code == ErrorCode::FailedPrecondition);
  REQUIRE(ends.controller.on_hello(envelope_of(hello)));
  CHECK(violation(ends.controller.on_hello(envelope_of(hello))) == Violation::Type);
  const Bytes answer = ends.controller.welcome(welcome).value();
  REQUIRE(ends.agent.on_answer(envelope_of(answer)));
  CHECK(violation(ends.agent.on_answer(envelope_of(answer))) == Violation::Type);
}

TEST_CASE("a body that fits no frame is not sealed and counts for nothing", "[unit][net]") {
  Ends ends;
  ends.agree();
  CHECK(ends.agent.seal(MessageType::Event, Bytes(wire::kMaxFrame)).error().code ==
        ErrorCode::ResourceExhausted);
  CHECK(ends.agent.channel().sent() == 0);
  const Bytes largest = ends.agent.seal(MessageType::Event, Bytes(wire::kMaxFrame - 100)).value();
  CHECK(largest.size() <= wire::kMaxFrame);
  CHECK(ends.controller.open(largest));
}

TEST_CASE("a HELLO too large for a handshake is an error and not a broken frame", "[unit][net]") {
  Ends ends;
  wire::Hello hello;
  hello.plugins.resize(256);
  for (auto& plugin : hello.plugins) plugin.id = std::string(256, 'p');
  CHECK(ends.agent.hello(hello).error().code == ErrorCode::InvalidArgument);
  hello.plugins.clear();
  CHECK(ends.agent.hello(hello));
}
