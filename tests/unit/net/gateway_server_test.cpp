#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <muster/core/base/clock.hpp>
#include <muster/core/base/files.hpp>
#include <muster/core/net/gateway_server.hpp>
#include <muster/core/net/unix_socket.hpp>
#include <vector>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::net;
using namespace std::chrono_literals;

namespace {

/// A server on a socket of its own, and what it told.
struct Scene {
  test::TempDir dir;
  test::FakeClock clock;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  std::vector<std::string> told;
  std::unique_ptr<GatewayServer> server;

  explicit Scene(std::size_t max_buffered = 1U << 20U) {
    GatewayEvents events;
    events.on_gateway = [this](GatewayId, const wire::GatewayHello& hello) {
      told.push_back("hello " + hello.address);
    };
    events.on_received = [this](GatewayId, const wire::Received& received) {
      told.push_back("received " + std::string(as_text(received.payload)));
    };
    events.on_gateway_lost = [this](GatewayId, const std::string&) { told.emplace_back("lost"); };
    events.on_writable = [this](GatewayId) { told.emplace_back("writable"); };
    server = GatewayServer::listen(*loop, {dir / "socket", {}, max_buffered, 2}, events).value();
  }

  UniqueFd join() {
    UniqueFd socket = connect_unix(dir / "socket").value();
    loop->run_ready();
    return socket;
  }
  void say(const UniqueFd& socket, const Bytes& bytes) {
    REQUIRE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
    loop->run_ready();
  }
  UniqueFd join_and_greet() {
    UniqueFd socket = join();
    say(socket, wire::encode_link(wire::GatewayHello{1, {}, {}, "here"}));
    return socket;
  }
};

bool is_closed(const UniqueFd& socket) {
  std::array<char, 65536> sink{};
  ssize_t got = 0;
  do {
    got = ::recv(socket.get(), sink.data(), sink.size(), MSG_DONTWAIT);
  } while (got > 0);
  return got == 0 || errno != EAGAIN;
}

}  // namespace

TEST_CASE("the controller's socket is for owner and group, and goes away with its server",
          "[unit][net]") {
  Scene scene;
  struct stat info {};
  REQUIRE(::stat((scene.dir / "socket").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0660);
  scene.server.reset();
  CHECK(::stat((scene.dir / "socket").c_str(), &info) != 0);
}

TEST_CASE("a socket in use is a conflict, one left behind is replaced, a file is not touched",
          "[unit][net]") {
  Scene scene;
  const auto second = GatewayServer::listen(*scene.loop, {scene.dir / "socket", {}}, {});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::Conflict);

  const auto left = scene.dir / "left";
  {
    std::filesystem::create_hard_link(scene.dir / "socket", left);
    scene.server.reset();
  }
  CHECK(GatewayServer::listen(*scene.loop, {left, {}}, {}));

  REQUIRE(write_file_atomic(scene.dir / "file", as_bytes("mine")));
  const auto over_file = GatewayServer::listen(*scene.loop, {scene.dir / "file", {}}, {});
  REQUIRE_FALSE(over_file);
  CHECK(over_file.error().code == ErrorCode::Conflict);
  CHECK(read_file(scene.dir / "file").value() == "mine");
}

TEST_CASE("a path too long for a socket is refused with a sentence", "[unit][net]") {
  Scene scene;
  const auto listened =
      GatewayServer::listen(*scene.loop, {scene.dir / std::string(120, 'x'), {}}, {});
  REQUIRE_FALSE(listened);
  CHECK(listened.error().code == ErrorCode::InvalidArgument);
}

TEST_CASE("a gateway is told of after its hello, heard, and told of when it goes", "[unit][net]") {
  Scene scene;
  {
    const UniqueFd socket = scene.join_and_greet();
    scene.say(socket, wire::encode_link(wire::Received{as_bytes("r"), {}, as_bytes("abc")}));
  }
  scene.loop->run_ready();
  CHECK(scene.told == std::vector<std::string>{"hello here", "received abc", "lost"});
  CHECK(scene.server->violations() == 0);
}

TEST_CASE("whoever breaks the rules of the link is cut off and counted", "[unit][net]") {
  Scene scene;
  UniqueFd socket;
  SECTION("no hello first") {
    socket = scene.join();
    scene.say(socket, wire::encode_link(wire::Received{as_bytes("r"), {}, {}}));
  }
  SECTION("another version") {
    socket = scene.join();
    scene.say(socket, wire::encode_link(wire::GatewayHello{2, {}, {}, "here"}));
  }
  SECTION("hello twice") {
    socket = scene.join_and_greet();
    scene.say(socket, wire::encode_link(wire::GatewayHello{1, {}, {}, "here"}));
  }
  SECTION("the controller's own type") {
    socket = scene.join_and_greet();
    scene.say(socket, wire::encode_link(wire::Admit{1}));
  }
  SECTION("a length beyond the limit") {
    socket = scene.join_and_greet();
    scene.say(socket, {0xff, 0xff, 0xff, 0x7f});
  }
  SECTION("garbage") {
    socket = scene.join_and_greet();
    scene.say(socket, {2, 0, 0, 0, 0xc1, 0xc1});
  }
  SECTION("silence") {
    socket = scene.join();
    scene.clock.advance(11s);
    scene.loop->run_ready();
  }
  CHECK(scene.server->violations() == 1);
  CHECK(scene.server->gateways() == 0);
  CHECK(is_closed(socket));
}

TEST_CASE("more gateways than the limit are turned away", "[unit][net]") {
  Scene scene;
  const UniqueFd first = scene.join_and_greet();
  const UniqueFd second = scene.join_and_greet();
  const UniqueFd third = scene.join();
  CHECK(scene.server->gateways() == 2);
  CHECK(scene.server->turned_away() == 1);
  CHECK(is_closed(third));
}

TEST_CASE("sending to a gateway that does not read stops at the limit and goes on when it has read",
          "[unit][net]") {
  Scene scene(256U << 10U);
  const UniqueFd socket = scene.join_and_greet();
  scene.told.clear();
  const Bytes payload(64U << 10U, 1);
  Status sent;
  int frames = 0;
  for (; (sent = scene.server->send(1, as_bytes("r"), payload)); ++frames) {
    scene.loop->run_ready();
    REQUIRE(frames < 100);
  }
  CHECK(sent.error().code == ErrorCode::Unavailable);
  CHECK(scene.told.empty());
  for (int i = 0; i < 50; ++i) {
    CHECK_FALSE(is_closed(socket));  // reads what is there
    scene.loop->run_ready();
  }
  CHECK(scene.told == std::vector<std::string>{"writable"});
  CHECK(scene.server->send(1, as_bytes("r"), payload));
  CHECK(scene.server->send(99, as_bytes("r"), payload).error().code == ErrorCode::NotFound);
}

TEST_CASE("keys beyond one frame are allowed in pieces, of which the first replaces",
          "[unit][net]") {
  Scene scene;
  const UniqueFd socket = scene.join_and_greet();
  const std::vector<wire::TransportKey> keys(10'001);
  scene.server->allow(1, keys, true);
  wire::FrameReader reader;
  std::vector<std::pair<std::size_t, bool>> pieces;
  for (int i = 0; i < 100 && pieces.size() < 2; ++i) {
    scene.loop->run_ready();
    const auto room = reader.prepare();
    const auto got = ::recv(socket.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (got > 0) reader.commit(static_cast<std::size_t>(got));
    for (auto frame = reader.next().value(); frame; frame = reader.next().value()) {
      const auto decoded = wire::decode_link(*frame).value();
      const auto& allow = std::get<wire::Allow>(decoded);
      pieces.emplace_back(allow.keys.size(), allow.replace);
    }
  }
  CHECK(pieces == std::vector<std::pair<std::size_t, bool>>{{10'000, true}, {1, false}});
}

TEST_CASE("while paused nothing is read, and afterwards everything is there", "[unit][net]") {
  Scene scene;
  const UniqueFd socket = scene.join_and_greet();
  scene.told.clear();
  scene.server->pause_reading(true);
  scene.say(socket, wire::encode_link(wire::Received{as_bytes("r"), {}, as_bytes("late")}));
  CHECK(scene.told.empty());
  scene.server->pause_reading(false);
  scene.loop->run_ready();
  CHECK(scene.told == std::vector<std::string>{"received late"});
}
