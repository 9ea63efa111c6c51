#include <algorithm>

#include "fleet/session_table.hpp"
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::MessageType;

TEST_CASE("a node is there once its first sealed message opened, not before",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  REQUIRE(agent.hello() == MessageType::Welcome);
  CHECK_FALSE(world.fleet->connected(agent.id()));
  agent.say(wire::Heartbeat{});
  CHECK(world.fleet->connected(agent.id()));
  CHECK(agent.heard<wire::HeartbeatAck>().size() == 1);
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
}

TEST_CASE("a replayed HELLO does not end the live session", "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto live = agent.route;
  agent.route = Bytes(16, 9);
  agent.deliver(agent.last_hello);
  agent.route = live;
  agent.say(wire::Heartbeat{});
  CHECK(world.fleet->connected(agent.id()));
  world.advance(seconds(31));
  CHECK_FALSE(agent.hear().empty());
}

TEST_CASE("a pending session that says nothing is dropped after 30 s", "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  REQUIRE(agent.hello() == MessageType::Welcome);
  world.advance(seconds(32));
  agent.say(wire::Heartbeat{});
  CHECK_FALSE(world.fleet->connected(agent.id()));
  CHECK(agent.was_told_to_retry());
}

TEST_CASE("a node that rebooted and has no machine id of its own gets in once its old session ends",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  world.advance(seconds(15));
  agent.connect();
  agent.machine_id = "boot-2";
  REQUIRE(agent.hello() == MessageType::Refused);
  CHECK(agent.refused.retry_after == kOfflinePeriods * world.fleet->times().heartbeat);
  world.advance(agent.refused.retry_after);
  agent.connect();
  CHECK(world.fleet->connected(agent.id()));
}

TEST_CASE("a second machine with a live node's identity is refused, and both are events",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto first = agent.route;
  CHECK(agent.hello("another machine") == MessageType::Refused);
  CHECK(world.fleet->connected(agent.id()));
  CHECK(world.events_of("node.clone") == 2);
  CHECK(agent.route != first);
  CHECK(agent.hello("another machine") == MessageType::Refused);
  CHECK(world.events_of("node.clone") == 2);  // told once, however often it knocks
  const auto* node = world.fleet->find("web1").value();
  REQUIRE(node->clone);
  CHECK(node->clone->machine_id == "another machine");
  agent.connect();
  CHECK_FALSE(world.fleet->find("web1").value()->clone);
}

TEST_CASE("the same machine come back replaces its older session", "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto old_route = agent.route;
  agent.connect();
  CHECK(world.fleet->connected(agent.id()));
  agent.route = old_route;
  agent.deliver(wire::encode_envelope({MessageType::Heartbeat, 1, 9, 0}, Bytes(16)));
  CHECK(agent.was_told_to_retry());
  CHECK(world.fleet->connected(agent.id()));
}

TEST_CASE("a broken message closes that session and is counted by its reason",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  Agent other(world, "web2");
  agent.connect();
  other.connect();
  const auto [frame, reason] = GENERATE(table<Bytes, wire::Violation>({
      {Bytes{1, 2, 3}, wire::Violation::Shape},
      {wire::encode_envelope({MessageType::Heartbeat, 1, 7, 0}, Bytes(16)),
       wire::Violation::Sequence},
      {wire::encode_envelope({MessageType::Heartbeat, 77, 1, 0}, Bytes(16)),
       wire::Violation::Session},
  }));
  const auto before = world.fleet->violations(reason);
  agent.deliver(frame);
  CHECK(world.fleet->violations(reason) == before + 1);
  CHECK_FALSE(world.fleet->connected(agent.id()));
  CHECK(world.fleet->connected(other.id()));
  CHECK(agent.was_told_to_retry());
}

TEST_CASE("a body that breaks its shape, and a message for another's task, end the session",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  Agent other(world, "web2");
  agent.connect();
  other.connect();
  const auto job = world.run();
  const auto task = other.tasks().at(0).task;
  const bool foreign = GENERATE(true, false);
  if (foreign) {
    agent.say(wire::Accept{task});
  } else {
    wire::Heartbeat beat;
    auto manifest =
        wire::Manifest{Digest{}, to_bytes(as_bytes("{}"))};  // another digest than its own
    agent.say(manifest);
  }
  CHECK(world.fleet->violations(wire::Violation::Body) == 1);
  CHECK_FALSE(world.fleet->connected(agent.id()));
  CHECK(world.state(job, "web2") == TaskState::Delivered);
}

TEST_CASE("dead sessions are answered with RETRY at most once a second for each route",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.route = Bytes(16, 3);
  const auto frame = wire::encode_envelope({MessageType::Heartbeat, 1, 1, 0}, Bytes(16));
  for (int i = 0; i < 5; ++i) agent.deliver(frame);
  CHECK(world.link.frames[agent.route].size() == 1);
  world.advance(milliseconds(1001));
  agent.deliver(frame);
  CHECK(world.link.frames[agent.route].size() == 2);
}

TEST_CASE("a node was last seen when it was last heard, not when its session began",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  for (int i = 0; i < 10; ++i) {
    world.advance(seconds(5));
    agent.say(wire::Heartbeat{});
  }
  const auto heard = to_unix_ms(world.clock.unix_now());
  CHECK(world.fleet->find(agent.id())->record.last_seen == heard);
  world.advance(seconds(60));
  CHECK(world.fleet->find(agent.id())->record.last_seen == heard);
  CHECK(world.store.nodes()->front().last_seen == heard);
}

TEST_CASE("what waits for a gateway is limited for all its nodes together, but for small answers",
          "[integration][fleet]") {
  World world;
  std::vector<std::unique_ptr<Agent>> agents;
  for (int i = 0; i < 20; ++i) {
    agents.push_back(std::make_unique<Agent>(world, "web" + std::to_string(i)));
    agents.back()->connect();
  }
  world.link.full = true;
  std::size_t taken = 0;
  for (const auto& agent : agents) {
    while (world.fleet->send(agent->id(), wire::Task{Bytes(700'000), {}})) taken += 700'000;
  }
  CHECK(taken <= kMaxGatewayOutbox + 700'000);
  CHECK(taken > kMaxGatewayOutbox - 700'000);
  auto& last = *agents.back();
  last.say(wire::Heartbeat{});
  world.link.full = false;
  world.fleet->on_writable(kGateway);
  CHECK(last.heard<wire::HeartbeatAck>().size() == 2);  // and that of connect()
  for (const auto& agent : agents) {
    CHECK(world.fleet->send(agent->id(), wire::Task{Bytes(700'000), {}}));
  }
}

TEST_CASE("after a start nobody is called offline before the reconnect window and two heartbeats",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.restart();
  const auto times = world.fleet->times();
  world.advance(times.reconnect_window + 2 * times.heartbeat - milliseconds(1000));
  CHECK(world.fleet->counts().offline == 0);
  world.advance(milliseconds(2000));
  CHECK(world.fleet->counts().offline == 1);
}

TEST_CASE("manifests and facts are asked for when they are unknown, and only then",
          "[integration][fleet]") {
  World world;
  Agent first(world, "web1");
  Agent second(world, "web2");
  first.connect();
  CHECK(first.welcome.wanted_manifests.size() == 1);
  REQUIRE(world.fleet->manifest(test_manifest_digest()) != nullptr);
  second.connect();
  CHECK(second.welcome.wanted_manifests.empty());
  CHECK(world.fleet->plugins().at(0).nodes == 2);
  const auto digest = crypto::sha256(as_bytes("facts"));
  first.say(wire::Facts{digest, {{"os.name", "debian"}}});
  const auto selector = selector::Selector::parse("os.name=debian");
  CHECK(world.fleet->select(*selector)->matched.size() == 1);
  CHECK(world.fleet->select(*selector)->unknown.size() == 1);
  world.restart();
  CHECK(world.fleet->manifest(test_manifest_digest()) != nullptr);
}

TEST_CASE("a node that talks a lot has one write of its facts under way and the last word",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.settle();
  const auto digest = crypto::sha256(as_bytes("facts"));
  agent.say_at_once(wire::Facts{digest, {{"os.name", "older"}}}, 100);
  agent.say_at_once(wire::Facts{digest, {{"os.name", "debian"}}}, 1);
  world.store.fail_writes_with(Error{ErrorCode::Internal, "no disk", {}, false, {}});
  world.settle();
  const auto entries = world.said.entries();
  CHECK(std::count_if(entries.begin(), entries.end(), [](const auto& entry) {
          return entry.sentence == "what a node told was not stored, ignoring";
        }) == 2);
  world.store.fail_writes_with(std::nullopt);
  agent.say(wire::Facts{digest, {{"os.name", "debian"}}});
  CHECK(world.store.nodes()->at(0).facts.at("os.name") == "debian");
}

TEST_CASE("what a node told while the store was busy is written a little later",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.store.fail_writes_with(Error{ErrorCode::Unavailable, "busy", {}, true, {}});
  agent.say(wire::Facts{crypto::sha256(as_bytes("facts")), {{"os.name", "debian"}}});
  world.store.fail_writes_with(std::nullopt);
  world.advance(std::chrono::seconds(1));
  REQUIRE(world.store.nodes()->at(0).facts.contains("os.name"));
}

TEST_CASE("what comes from too many dead routes at once is not answered", "[integration][fleet]") {
  ScriptedLink link;
  RetryLimiter limiter(link);
  MonoTime now{};
  const auto come_from = [&](std::size_t number) {
    Bytes route(16);
    for (std::size_t i = 0; i < 4; ++i) route[i] = static_cast<std::uint8_t>(number >> (8 * i));
    limiter.answer(kGateway, route, 0, now);
  };
  for (std::size_t i = 0; i < RetryLimiter::kMaxRoutes; ++i) come_from(i);
  CHECK(link.frames.size() == RetryLimiter::kMaxRoutes);
  come_from(RetryLimiter::kMaxRoutes);
  CHECK(link.frames.size() == RetryLimiter::kMaxRoutes);
  now += std::chrono::seconds(2);
  come_from(RetryLimiter::kMaxRoutes);
  CHECK(link.frames.size() == RetryLimiter::kMaxRoutes + 1);
}

TEST_CASE("a retired node is let in no more", "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  bool retired = false;
  world.fleet->retire(agent.id(), "ann", [&](const Status& done) { retired = done.has_value(); });
  world.settle();
  CHECK(retired);
  CHECK(world.link.revoked == 1);
  CHECK(world.fleet->nodes().empty());
  CHECK(agent.hello() == MessageType::Retry);
}

TEST_CASE("heartbeat and reconnect window follow the fleet's size", "[unit][fleet]") {
  CHECK(PresenceTimes::for_fleet(3).heartbeat == seconds(5));
  CHECK(PresenceTimes::for_fleet(3).reconnect_window == seconds(1));
  CHECK(PresenceTimes::for_fleet(20'000).heartbeat == seconds(10));
  CHECK(PresenceTimes::for_fleet(20'000).reconnect_window == seconds(40));
  CHECK(PresenceTimes::for_fleet(1'000'000).heartbeat == seconds(60));
}

TEST_CASE("a join with a bad name or key, or before any gateway, is refused with its field",
          "[integration][fleet]") {
  World world;
  const auto enroll = [&](EnrollRequest request) {
    std::optional<Result<EnrollAnswer>> got;
    world.fleet->enroll(std::move(request),
                        [&](Result<EnrollAnswer> answer) { got = std::move(answer); });
    world.settle();
    return *got;
  };
  EnrollRequest request{to_bytes(as_bytes("secret")), "web 1", "m", PublicKey{1}, PublicKey{2}};
  CHECK(enroll(request).error().field == "/name");
  request.name = "web1";
  request.session_key = {};
  CHECK(enroll(request).error().field == "/session_key");
  request.session_key = PublicKey{2};
  request.secret = to_bytes(as_bytes("guessed"));
  CHECK(enroll(request).error().code == ErrorCode::PermissionDenied);
  request.secret = to_bytes(as_bytes("secret"));
  const auto joined = enroll(request);
  REQUIRE(joined);
  CHECK(joined->gateway_address == "gateway:8421");
  request.session_key =
      PublicKey{3};  // another node of that name; the same one would be answered alike
  CHECK(enroll(request).error().code == ErrorCode::Conflict);
}

TEST_CASE("a node that joins is told a gateway that is there, or else the last that was",
          "[integration][fleet]") {
  World world;
  PublicKey key{9};
  const auto told = [&] {
    key[1] += 1;
    std::optional<Result<EnrollAnswer>> got;
    const auto name = "web" + std::to_string(key[1]);
    world.fleet->enroll({to_bytes(as_bytes("secret")), name, "m", key, key},
                        [&](Result<EnrollAnswer> answer) { got = std::move(answer); });
    world.settle();
    REQUIRE(got->has_value());
    return std::pair((*got)->gateway_address, (*got)->gateway_key);
  };
  world.fleet->on_gateway(2, {1, {}, PublicKey{7}, "second:1"});
  CHECK(told() == std::pair(std::string("second:1"), PublicKey{7}));
  world.fleet->on_gateway_lost(2, "test");
  CHECK(told() == std::pair(std::string("gateway:8421"), PublicKey{}));
  world.fleet->on_gateway_lost(kGateway,
                               "test");  // it may be restarting; the other was gone before
  CHECK(told().first == "gateway:8421");
  world.fleet->on_gateway(3, {1, {}, {}, "third:1"});
  CHECK(told().first == "third:1");
}

TEST_CASE("gateways that come from ever new addresses do not fill the memory",
          "[integration][fleet]") {
  World world;
  for (GatewayId id = 2; id < 300; ++id) {
    world.fleet->on_gateway(id, {1, {}, {}, "a:" + std::to_string(id)});
    world.fleet->on_gateway_lost(id, "test");
  }
  const auto known = world.fleet->gateways();
  CHECK(known.size() == 128);
  CHECK(std::any_of(known.begin(), known.end(), [](const auto& gateway) {
    return gateway.address == "gateway:8421" && gateway.connected;
  }));
}

TEST_CASE("an address is connected while one of the gateways that say it is",
          "[integration][fleet]") {
  World world;
  const auto connected = [&] {
    const auto known = world.fleet->gateways();
    REQUIRE(known.size() == 1);
    return known[0].connected;
  };
  world.fleet->on_gateway(2, {1, {}, {}, "gateway:8421"});
  world.fleet->on_gateway_lost(2, "test");
  CHECK(connected());
  world.fleet->on_gateway_lost(kGateway, "test");
  CHECK_FALSE(connected());
}

}  // namespace
}  // namespace muster::controller
