#include "fake_transport.hpp"

#include <vector>

#include "catch.hpp"
#include "fake_clock.hpp"

using namespace muster;
using namespace std::chrono_literals;

namespace {

struct Scene {
  test::FakeClock clock;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  test::FakeWire wire{*loop, 7};
  std::unique_ptr<net::Transport> transport = wire.transport();
  std::vector<std::uint8_t> arrived;
  int ups = 0;
  int downs = 0;

  Scene() {
    wire.on_frame = [this](int, const Bytes& frame) { arrived.push_back(frame.at(0)); };
    transport->set_events({[this] { ++ups; }, {}, [this](auto, const auto&) { ++downs; }});
  }
  void pass(std::chrono::nanoseconds time) {
    clock.advance(time);
    loop->run_ready();
  }
  void connect() {
    REQUIRE(transport->connect());
    pass(wire.faults.delay);
  }
};

}  // namespace

TEST_CASE("the fake wire delivers after its delay and not before", "[unit][net]") {
  Scene scene;
  scene.wire.faults.delay = 20ms;
  scene.connect();
  CHECK(scene.ups == 1);
  REQUIRE(scene.transport->send(Bytes{1}));
  scene.pass(19ms);
  CHECK(scene.arrived.empty());
  scene.pass(1ms);
  CHECK(scene.arrived == std::vector<std::uint8_t>{1});
}

TEST_CASE("the fake wire loses and repeats what it is told to", "[unit][net]") {
  Scene scene;
  scene.connect();
  scene.wire.faults.loss = 0.5;
  for (int i = 0; i < 100; ++i) REQUIRE(scene.transport->send(Bytes{1}));
  scene.pass(1ms);
  CHECK(scene.arrived.size() > 20);
  CHECK(scene.arrived.size() < 80);
  scene.arrived.clear();
  scene.wire.faults = {.duplication = 1};
  REQUIRE(scene.transport->send(Bytes{1}));
  scene.pass(1ms);
  CHECK(scene.arrived.size() == 2);
}

TEST_CASE("nothing of an old connection reaches a new one", "[unit][net]") {
  Scene scene;
  scene.wire.faults.delay = 10ms;
  scene.connect();
  REQUIRE(scene.transport->send(Bytes{1}));
  REQUIRE(scene.transport->connect());
  scene.pass(20ms);
  CHECK(scene.arrived.empty());
  CHECK(scene.wire.connections() == 2);
}

TEST_CASE("a full fake wire, and one that is down, take nothing", "[unit][net]") {
  Scene scene;
  CHECK(scene.transport->send(Bytes{1}).error().code == ErrorCode::Unavailable);
  scene.wire.faults.max_queued = 2;
  scene.connect();
  REQUIRE(scene.transport->send(Bytes{1}));
  REQUIRE(scene.transport->send(Bytes{2}));
  CHECK(scene.transport->send(Bytes{3}).error().code == ErrorCode::Unavailable);
  scene.wire.cut();
  CHECK(scene.downs == 1);
  CHECK(scene.transport->send(Bytes{4}).error().code == ErrorCode::Unavailable);
}
