#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <zmq.h>

#include <algorithm>
#include <csignal>
#include <muster/core/base/fd.hpp>
#include <muster/core/base/files.hpp>
#include <muster/core/crypto/random.hpp>
#include <muster/core/wire/envelope.hpp>

#include "catch.hpp"
#include "scene.hpp"

using namespace muster;
using test::Scene;
using test::text;

namespace {

/// A plain TCP connection to the gateway's port.
UniqueFd dial(const Scene& scene) {
  const auto port = scene.hello.address.substr(scene.hello.address.rfind(':') + 1);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0);
  return socket;
}

bool heard(const Scene& scene, std::string_view words) {
  return std::ranges::any_of(
      scene.heard, [&](const Scene::Heard& one) { return as_text(one.payload) == words; });
}

/// How a peer of ZMTP 3 begins.
std::string greeting(const std::string& mechanism) {
  std::string bytes("\xff\0\0\0\0\0\0\0\1\x7f\3\0", 12);
  bytes += mechanism;
  bytes.resize(64, '\0');
  return bytes;
}

std::string to_text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// True when the agent's words reach the controller and an answer comes back.
bool talks(Scene& scene, test::Agent& agent, const std::string& words) {
  agent.got.clear();
  if (!agent.transport->send(text(words))) return false;
  if (!scene.until([&] { return heard(scene, words); })) return false;
  const auto& last = scene.heard.back();
  if (!scene.controller->send(*scene.gateway_id, last.route, text("re " + words))) return false;
  return scene.until(
      [&] { return !agent.got.empty() && as_text(agent.got.back()) == "re " + words; });
}

}  // namespace

TEST_CASE("an allowed key talks with the controller both ways, under its own name",
          "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  CHECK(talks(scene, *agent, "hello"));
  CHECK(scene.heard.back().key == agent->key.public_key);
  CHECK(scene.heard.back().route.size() == 16);
  const auto port = read_file(scene.dir / "port").value();
  CHECK(scene.hello.address + "\n" == "127.0.0.1:" + port);
}

TEST_CASE("an unknown key is refused with a clear reason, and counted", "[integration][gateway]") {
  Scene scene;
  const auto stranger = scene.agent();
  REQUIRE(stranger->transport->connect());
  static_cast<void>(stranger->transport->send(text("let me in")));
  REQUIRE(scene.until([&] { return stranger->down.has_value(); }));
  CHECK(*stranger->down == net::DownReason::KeyRefused);
  CHECK_THAT(stranger->sentence, Catch::Contains("does not let this node's key in"));
  CHECK(scene.fresh_counters().at("refused_keys") == 1);
  CHECK(scene.heard.empty());
}

TEST_CASE("an agent tells a wrong server and an unreachable one from a refusal",
          "[integration][gateway]") {
  Scene scene;
  const auto right_key = scene.hello.key;
  scene.hello.key = net::TransportKeyPair::generate().public_key;
  const auto misled = scene.agent();
  REQUIRE(misled->transport->connect());
  REQUIRE(scene.until([&] { return misled->down.has_value(); }));
  CHECK(*misled->down == net::DownReason::WrongServer);

  scene.hello.key = right_key;
  scene.gateway->end(SIGKILL);
  const auto late = scene.agent();
  REQUIRE(late->transport->connect());
  REQUIRE(scene.until([&] { return late->down.has_value(); }));
  CHECK(*late->down == net::DownReason::Unreachable);
}

TEST_CASE("a connection that is closed before its events came does not hold up the next",
          "[integration][gateway]") {
  Scene scene;
  for (int i = 0; i < 200; ++i) {
    const auto hasty = scene.agent();
    // libzmq gives back a closed socket a moment later, and the context has few.
    REQUIRE(scene.until([&] { return hasty->transport->connect().has_value(); }));
    hasty->transport->close();  // while libzmq's thread has yet to tell that it connected
  }
  const auto late = scene.allowed_agent();
  CHECK(talks(scene, *late, "still here"));
}

TEST_CASE("frames of a revoked key are dropped at once, those of others pass",
          "[integration][gateway]") {
  Scene scene;
  const auto revoked = scene.allowed_agent();
  const auto other = scene.allowed_agent();
  REQUIRE(talks(scene, *revoked, "before"));
  scene.controller->revoke(std::vector{revoked->key.public_key});
  REQUIRE(talks(scene, *other, "in order"));  // what was sent to the gateway before has been done
  REQUIRE(revoked->transport->send(text("after")));
  for (int i = 0; i < 20; ++i) REQUIRE(talks(scene, *other, "go on " + std::to_string(i)));
  CHECK_FALSE(heard(scene, "after"));
  CHECK(scene.fresh_counters().at("dropped_frames") == 1);
}

TEST_CASE("a frame larger than 1 MiB ends that connection and no other", "[integration][gateway]") {
  Scene scene;
  const auto good = scene.allowed_agent();
  const auto key = net::TransportKeyPair::generate();
  scene.controller->allow(*scene.gateway_id, std::vector{key.public_key}, false);
  REQUIRE(talks(scene, *good, "the list is in force"));
  auto hostile = net::ZmqSocket::open(scene.context, net::ZmqKind::Dealer).value();
  hostile.set(ZMQ_CURVE_SERVERKEY, scene.hello.key);
  hostile.set(ZMQ_CURVE_PUBLICKEY, key.public_key);
  hostile.set(ZMQ_CURVE_SECRETKEY, key.secret_key.reveal());
  hostile.set(ZMQ_RECONNECT_IVL, -1);
  REQUIRE(hostile.connect("tcp://" + scene.hello.address));
  REQUIRE(hostile.send(net::ZmqMessage(text("small"))));
  REQUIRE(scene.until([&] { return heard(scene, "small"); }));
  REQUIRE(hostile.send(net::ZmqMessage(Bytes(wire::kMaxFrame + 1))));
  static_cast<void>(hostile.send(net::ZmqMessage(text("after"))));
  for (int i = 0; i < 20; ++i) REQUIRE(talks(scene, *good, "go on " + std::to_string(i)));
  CHECK_FALSE(heard(scene, "after"));
  CHECK(scene.heard_bytes < 10'000);
  CHECK(good->transport->send(Bytes(wire::kMaxFrame + 1)).error().code ==
        ErrorCode::InvalidArgument);
}

TEST_CASE("a message of several parts is dropped and counted", "[integration][gateway]") {
  Scene scene;
  const auto good = scene.allowed_agent();
  const auto key = net::TransportKeyPair::generate();
  scene.controller->allow(*scene.gateway_id, std::vector{key.public_key}, false);
  REQUIRE(talks(scene, *good, "the list is in force"));
  auto odd = net::ZmqSocket::open(scene.context, net::ZmqKind::Dealer).value();
  odd.set(ZMQ_CURVE_SERVERKEY, scene.hello.key);
  odd.set(ZMQ_CURVE_PUBLICKEY, key.public_key);
  odd.set(ZMQ_CURVE_SECRETKEY, key.secret_key.reveal());
  REQUIRE(odd.connect("tcp://" + scene.hello.address));
  REQUIRE(odd.send(net::ZmqMessage(text("one")), true));
  REQUIRE(odd.send(net::ZmqMessage(text("two"))));
  REQUIRE(odd.send(net::ZmqMessage(text("whole"))));
  REQUIRE(scene.until([&] { return heard(scene, "whole"); }));
  CHECK_FALSE(heard(scene, "one"));
  CHECK_FALSE(heard(scene, "two"));
  CHECK(scene.fresh_counters().at("violations") == 1);
}

TEST_CASE("garbage on the port hurts nobody", "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  const std::vector<std::string> garbage{
      "GET / HTTP/1.1\r\n\r\n",
      std::string(100'000, '\xff'),
      to_text(crypto::random_bytes(1000)),
      "",
      greeting("CURVE").substr(0, 17),
      greeting("NULL"),
      greeting("CURVE") + std::string("\4\xc8\5HELLO\1\0", 10) + to_text(crypto::random_bytes(192)),
  };
  std::vector<UniqueFd> open;
  for (const auto& words : garbage) {
    open.push_back(dial(scene));
    static_cast<void>(::send(open.back().get(), words.data(), words.size(), MSG_NOSIGNAL));
  }
  CHECK(talks(scene, *agent, "still here"));
  const auto refused_before = scene.fresh_counters().at("refused_keys");
  const auto stranger = scene.agent();
  REQUIRE(stranger->transport->connect());
  REQUIRE(scene.until([&] { return stranger->down.has_value(); }));
  open.clear();  // some would go on to wait for more
  auto counters = scene.fresh_counters();
  for (int i = 0; i < 20 && counters.at("failed_handshakes") < garbage.size(); ++i) {
    counters = scene.fresh_counters();
  }
  CHECK(counters.at("failed_handshakes") == garbage.size());
  CHECK(counters.at("refused_keys") == refused_before + 1);
  CHECK(counters.at("violations") == 0);
}

TEST_CASE("after a restart of the controller agents hear to begin anew, at the admission rate",
          "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  const auto second = scene.allowed_agent();
  REQUIRE(talks(scene, *agent, "before"));
  REQUIRE(talks(scene, *second, "before too"));
  scene.controller.reset();
  scene.gateway_id.reset();
  agent->got.clear();
  second->got.clear();
  scene.start_controller();
  REQUIRE(scene.until([&] { return scene.gateway_id.has_value(); }));
  scene.controller->admit(*scene.gateway_id, 100);
  for (const auto* one : {agent.get(), second.get()}) {
    REQUIRE(scene.until([&] { return !one->got.empty(); }));
    const auto retry = wire::read_retry(wire::decode_envelope(one->got.front()).value());
    REQUIRE(retry);
    CHECK(retry->after_ms == 0);
  }
  REQUIRE(agent->transport->connect());
  CHECK(talks(scene, *agent, "anew"));
}

TEST_CASE("while no controller is there agents are told to come back later",
          "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  REQUIRE(talks(scene, *agent, "before"));
  scene.controller.reset();
  agent->got.clear();
  REQUIRE(scene.until([&] {
    REQUIRE(agent->transport->send(text("anybody?")));
    return !agent->got.empty();
  }));
  const auto retry = wire::read_retry(wire::decode_envelope(agent->got.front()).value());
  REQUIRE(retry);
  CHECK(retry->after_ms >= 500);
}

TEST_CASE("a killed gateway comes back with its key, and agents with it",
          "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  REQUIRE(talks(scene, *agent, "before"));
  const auto before = scene.hello;
  CHECK(scene.gateway->end(SIGKILL) == -SIGKILL);
  REQUIRE(scene.until([&] { return agent->down.has_value() && scene.lost == 1; }));
  CHECK(*agent->down == net::DownReason::Lost);
  scene.start_gateway(before.address);
  CHECK(scene.hello.key == before.key);
  CHECK(scene.hello.instance != before.instance);
  const auto stranger = scene.agent();  // until the first ALLOW nobody is let in
  REQUIRE(stranger->transport->connect());
  REQUIRE(scene.until([&] { return stranger->down.has_value(); }));
  CHECK(*stranger->down == net::DownReason::KeyRefused);
  scene.allow(*agent);
  const auto other = scene.allowed_agent();  // and with it the list
  agent->connected = false;
  REQUIRE(agent->transport->connect());
  REQUIRE(scene.until([&] { return agent->connected; }));
  CHECK(talks(scene, *agent, "after"));
}

TEST_CASE("SIGTERM ends the gateway cleanly", "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  CHECK(scene.gateway->end(SIGTERM) == 0);
}

TEST_CASE("a port in use is one clear sentence and exit 1", "[integration][gateway]") {
  Scene scene;
  test::GatewayProcess second(scene.dir.path(), scene.hello.address);
  CHECK(second.end(0) == 1);
}

TEST_CASE("a controller that does not read stops the agents, not the gateway's memory",
          "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  REQUIRE(talks(scene, *agent, "before"));
  const auto before = scene.gateway->resident_bytes();
  scene.controller->pause_reading(true);
  const Bytes frame(64U << 10U, 7);
  std::size_t accepted = 0;
  int refusals = 0;
  // Full is when it stays full: the agent's queue, the sockets and the gateway's 4 MiB.
  REQUIRE(scene.until([&] {
    for (;;) {
      const auto sent = agent->transport->send(frame);
      if (!sent) break;
      ++accepted;
      refusals = 0;
    }
    return ++refusals > 200;
  }));
  CHECK(accepted < 1500);
  CHECK(scene.gateway->resident_bytes() < before + (32U << 20U));
  scene.heard.clear();
  scene.heard_bytes = 0;
  scene.controller->pause_reading(false);
  CHECK(scene.until([&] { return scene.heard_bytes == accepted * frame.size(); }));
}

TEST_CASE("1 GiB in frames of 64 KiB, how fast", "[.bench][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  scene.keep_payloads = false;
  const Bytes frame(64U << 10U, 7);
  std::size_t left = (std::size_t{1} << 30U) / frame.size();
  const std::size_t total = left * frame.size();
  const auto begin = scene.clock.mono_now();
  REQUIRE(scene.until([&] {
    while (left > 0 && agent->transport->send(frame)) --left;
    return scene.heard_bytes == total;
  }));
  const std::chrono::duration<double> took = scene.clock.mono_now() - begin;
  WARN(static_cast<double>(total) / took.count() / 1e6
       << " MB/s, gateway " << (scene.gateway->resident_bytes() >> 20U) << " MiB");
}
