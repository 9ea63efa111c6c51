#include "session/connection.hpp"

#include <muster/core/log/capture.hpp>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "fake_transport.hpp"

using namespace muster;
using namespace std::chrono_literals;
using agent::SessionState;

namespace {

struct FakeHandler final : agent::SessionHandler {
  void began(const wire::Welcome&) override { events.emplace_back("began"); }
  void ended() override { events.emplace_back("ended"); }
  void has_room() override { events.emplace_back("room"); }
  void on_time(std::int64_t) override {}
  void on_task(wire::Task task) override { tasks.push_back(std::move(task)); }
  void on_cancel(const wire::Cancel&) override { events.emplace_back("cancel"); }
  void on_query(const wire::Query&) override { events.emplace_back("query"); }
  void on_out_ack(const wire::OutAck&) override { events.emplace_back("out_ack"); }
  void on_result_ack(const wire::ResultAck&) override { events.emplace_back("result_ack"); }
  void on_manifest_get(const wire::ManifestGet&) override { events.emplace_back("manifest_get"); }
  [[nodiscard]] wire::Hello hello() const override { return hello_; }
  [[nodiscard]] wire::Heartbeat heartbeat() const override { return {1, 2}; }

  wire::Hello hello_;
  std::vector<std::string> events;
  std::vector<wire::Task> tasks;
};

/// A connection, a network of one wire, and a controller that answers as the test wants.
struct World {
  World() {
    wire.on_frame = [this](int from, Bytes frame) { take(from, std::move(frame)); };
    connection.start(handler);
    loop->run_ready();
  }

  void take(int connection_number, Bytes frame) {
    const auto envelope = wire::decode_envelope(frame);
    REQUIRE(envelope);
    route = connection_number;
    if (envelope->header.type == wire::MessageType::Hello) {
      ++hellos;
      session = std::make_unique<net::ControllerSession>(controller, signing, node.public_key);
      const auto hello = session->on_hello(*envelope);
      REQUIRE(hello);
      told_plugins = hello->plugins.size();
      if (answer) answer();
      return;
    }
    const auto opened = session->open(*envelope);
    REQUIRE(opened);
    types.push_back(opened->type);
    if (opened->type == wire::MessageType::Heartbeat && answer_heartbeats) {
      send(wire::HeartbeatAck{1});
    }
  }
  void welcome() {
    wire::Welcome welcome;
    welcome.session = 7;
    welcome.heartbeat = 10s;
    welcome.reconnect_window = 4s;
    wire.send_to_agent(route, session->welcome(welcome).value());
  }
  template <class Message>
  void send(const Message& message) {
    wire.send_to_agent(route, session->seal(message).value());
  }
  void pass(std::chrono::nanoseconds time) {
    clock.advance(time);
    loop->run_ready();
  }
  /// Time in steps, so that what one timer sets off is due at its own time.
  void pass_slowly(std::chrono::milliseconds time) {
    for (auto passed = 0ms; passed < time; passed += 100ms) pass(100ms);
  }

  test::FakeClock clock;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  log::Capture logged;
  test::FakeWire wire{*loop};
  std::unique_ptr<net::Transport> transport = wire.transport();
  crypto::SessionKeyPair node = crypto::SessionKeyPair::generate();
  crypto::SessionKeyPair controller = crypto::SessionKeyPair::generate();
  crypto::SigningKey signing = crypto::SigningKey::generate();
  FakeHandler handler;
  std::unique_ptr<net::ControllerSession> session;
  std::function<void()> answer = [this] { welcome(); };
  bool answer_heartbeats = true;
  int route = 0;
  int hellos = 0;
  std::size_t told_plugins = 0;
  std::vector<wire::MessageType> types;
  agent::Connection connection{
      *loop, *transport,
      agent::Connection::Keys{node.duplicate(), controller.public_key, signing.public_key()},
      log::Logger("test", log::Level::Debug, logged.sink(), clock), 1};
};

}  // namespace

TEST_CASE("a session begins with HELLO and a heartbeat at once", "[unit][session]") {
  World world;
  CHECK(world.connection.state() == SessionState::Established);
  CHECK(world.handler.events == std::vector<std::string>{"began"});
  CHECK(world.types == std::vector{wire::MessageType::Heartbeat});
}

TEST_CASE("heartbeats come every period, give or take a tenth", "[unit][session]") {
  World world;
  world.pass_slowly(8900ms);
  CHECK(world.types.size() == 1);
  world.pass_slowly(2200ms);
  CHECK(world.types.size() == 2);
}

TEST_CASE("a heartbeat between two periods tells that all said before has arrived",
          "[unit][session]") {
  World world;
  world.answer_heartbeats = false;
  world.connection.say(wire::Progress{});
  world.connection.beat_now();
  world.loop->run_ready();
  CHECK(world.types.size() == 3);
  CHECK_FALSE(world.connection.all_arrived());
  world.send(wire::HeartbeatAck{1});
  world.loop->run_ready();
  CHECK(world.connection.all_arrived());
}

TEST_CASE("without a session nothing is on its way", "[unit][session]") {
  World world;
  world.answer_heartbeats = false;
  world.connection.say(wire::Progress{});
  world.wire.cut();
  world.connection.beat_now();
  CHECK(world.connection.all_arrived());
}

TEST_CASE("three heartbeats without an answer mean a new socket within the window",
          "[unit][session]") {
  World world;
  world.answer_heartbeats = false;
  world.pass_slowly(45s);
  CHECK(world.wire.connections() == 2);
  CHECK(world.handler.events == std::vector<std::string>{"began", "ended", "began"});
}

TEST_CASE("a lost connection comes back within the reconnect window", "[unit][session]") {
  World world;
  world.wire.cut();
  CHECK(world.connection.state() == SessionState::Waiting);
  CHECK(world.handler.events.back() == "ended");
  world.pass_slowly(4100ms);
  CHECK(world.connection.state() == SessionState::Established);
}

TEST_CASE("a gateway that is not there is tried again with growing jitter, 60 s at the most",
          "[unit][session]") {
  World world;
  world.wire.refuse = net::DownReason::Unreachable;
  world.wire.cut();
  world.pass_slowly(600s);
  const int tries = world.wire.connections();
  CHECK(tries > 10);
  CHECK(tries < 100);
  world.wire.refuse.reset();
  world.pass_slowly(61s);
  CHECK(world.connection.state() == SessionState::Established);
}

TEST_CASE("a connection that nothing is heard of is begun anew after 30 s", "[unit][session]") {
  World world;
  world.wire.mute = true;
  world.wire.cut();
  world.pass_slowly(40s);
  CHECK(world.wire.connections() >= 3);
  world.wire.mute = false;
  world.pass_slowly(100s);
  CHECK(world.connection.state() == SessionState::Established);
}

TEST_CASE("a controller that does not answer HELLO is left after 30 s", "[unit][session]") {
  World world;
  world.answer = nullptr;
  world.wire.cut();
  world.pass_slowly(40s);
  CHECK(world.wire.connections() >= 3);
}

TEST_CASE("a violation closes the session, is counted, and a new one begins", "[unit][session]") {
  World world;
  auto reason = wire::Violation::Shape;
  SECTION("no envelope") { world.wire.send_to_agent(1, {0x01}); }
  SECTION("a body of another shape") {
    reason = wire::Violation::Body;
    world.wire.send_to_agent(1,
                             world.session->seal(wire::MessageType::Cancel, Bytes{0x90}).value());
  }
  SECTION("a message twice") {
    reason = wire::Violation::Sequence;
    const auto frame = world.session->seal(wire::Query{}).value();
    world.wire.send_to_agent(1, frame);
    world.wire.send_to_agent(1, frame);
  }
  SECTION("a seal that does not open") {
    reason = wire::Violation::Seal;
    auto frame = world.session->seal(wire::Query{}).value();
    frame.back() ^= 1;
    world.wire.send_to_agent(1, frame);
  }
  world.loop->run_ready();
  CHECK(world.connection.counters().violations[static_cast<std::size_t>(reason)] == 1);
  CHECK(world.handler.events.back() == "ended");
  world.pass_slowly(2s);
  CHECK(world.connection.state() == SessionState::Established);
  CHECK(world.connection.counters().sessions == 2);
}

TEST_CASE("RETRY in a session means HELLO again on the same connection", "[unit][session]") {
  World world;
  world.wire.send_to_agent(1, wire::encode_retry({3000}));
  world.loop->run_ready();
  CHECK(world.handler.events.back() == "ended");
  world.pass_slowly(2900ms);
  CHECK(world.hellos == 1);
  world.pass_slowly(300ms);
  CHECK(world.hellos == 2);
  CHECK(world.wire.connections() == 1);
  CHECK(world.connection.state() == SessionState::Established);
}

TEST_CASE("RETRY delays by five minutes at the most", "[unit][session]") {
  World world;
  world.wire.send_to_agent(1, wire::encode_retry({0xffffffff}));
  world.loop->run_ready();
  world.pass(301s);
  CHECK(world.hellos == 2);
}

TEST_CASE("RETRY to every HELLO does not make the agent spin", "[unit][session]") {
  World world;
  world.answer = [&] { world.wire.send_to_agent(1, wire::encode_retry({0})); };
  world.wire.send_to_agent(1, wire::encode_retry({0}));
  world.loop->run_ready();
  world.pass_slowly(20s);
  CHECK(world.hellos > 5);
  CHECK(world.hellos < 200);
}

TEST_CASE("a node that is refused for good does not come back by itself", "[unit][session]") {
  World world;
  world.answer = [&] {
    world.wire.send_to_agent(world.route, world.session->refuse({7, "clone", 0ms}).value());
  };
  world.wire.cut();
  world.pass_slowly(10s);
  CHECK(world.connection.state() == SessionState::Stopped);
  const int hellos = world.hellos;
  world.pass_slowly(400s);
  CHECK(world.hellos == hellos);
}

TEST_CASE("a node that is refused for now comes back when it was told", "[unit][session]") {
  World world;
  world.answer = [&] {
    world.wire.send_to_agent(world.route, world.session->refuse({14, "busy", 20s}).value());
  };
  world.wire.cut();
  world.pass_slowly(5s);
  REQUIRE(world.hellos == 2);
  world.answer = [&] { world.welcome(); };
  world.pass_slowly(14s);
  CHECK(world.hellos == 2);
  world.pass_slowly(8s);
  CHECK(world.connection.state() == SessionState::Established);
}

TEST_CASE("GOAWAY is obeyed", "[unit][session]") {
  World world;
  world.send(wire::GoAway{"upgrade", 10s});
  world.loop->run_ready();
  CHECK(world.connection.state() == SessionState::Waiting);
  world.pass_slowly(9900ms);
  CHECK(world.hellos == 1);
  world.pass_slowly(1200ms);
  CHECK(world.hellos == 2);
}

TEST_CASE("plugins that do not fit HELLO follow in PLUGINS", "[unit][session]") {
  World world;
  for (int i = 0; i < 250; ++i) {
    world.handler.hello_.plugins.push_back({std::string(250, 'a'), "1.0.0", {}, "ready", 0, ""});
  }
  world.wire.cut();
  world.types.clear();
  world.pass_slowly(4100ms);
  CHECK(world.told_plugins == 0);
  CHECK(world.types == std::vector{wire::MessageType::Heartbeat, wire::MessageType::Plugins});
}

TEST_CASE(
    "a message that passes a limit of the wire is logged and left out, and the session goes on",
    "[unit][session]") {
  World world;
  world.types.clear();
  wire::Plugins plugins;
  plugins.plugins.resize(257);
  CHECK(world.connection.say(plugins));
  CHECK(world.connection.say(wire::Accept{TaskId::random()}));
  world.loop->run_ready();
  CHECK(world.types == std::vector{wire::MessageType::Accept});
  REQUIRE_FALSE(world.logged.entries().empty());
  CHECK(world.logged.entries().back().sentence == "a message does not fit the wire, ignoring");
}

TEST_CASE("what the transport does not take now is sent later, in order", "[unit][session]") {
  World world;
  world.wire.faults.max_queued = 1;
  world.types.clear();
  for (int i = 0; i < 3; ++i) CHECK(world.connection.say(wire::Accept{TaskId::random()}));
  CHECK(world.connection.congested());
  for (int i = 0; i < 5; ++i) world.pass(6ms);
  CHECK(world.types == std::vector(3, wire::MessageType::Accept));
  CHECK_FALSE(world.connection.congested());
  CHECK(world.handler.events.back() == "room");
}

TEST_CASE("a gateway that takes nothing at all loses the session, not the memory",
          "[unit][session]") {
  World world;
  world.wire.faults.max_queued = 0;
  for (std::size_t i = 0; i <= agent::Connection::kMaxPendingFrames; ++i) {
    (void)world.connection.say(wire::Accept{TaskId::random()});
  }
  CHECK(world.connection.state() == SessionState::Waiting);
}

TEST_CASE("every message of the controller reaches its handler", "[unit][session]") {
  World world;
  world.handler.events.clear();
  world.send(wire::Task{{1}, {}});
  world.send(wire::Cancel{});
  world.send(wire::Query{});
  world.send(wire::OutAck{});
  world.send(wire::ResultAck{});
  world.send(wire::ManifestGet{});
  world.loop->run_ready();
  CHECK(world.handler.tasks.size() == 1);
  CHECK(world.handler.events ==
        std::vector<std::string>{"cancel", "query", "out_ack", "result_ack", "manifest_get"});
}
