#include "fleet/fleet_checks.hpp"

#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using Catch::Matchers::Contains;
using doctor::Verdict;

doctor::Check check_of(World& world, const std::string& name) {
  for (const auto& check : check_fleet(*world.fleet)) {
    if (check.name == name) return check;
  }
  FAIL("there is no check " + name);
  return {};
}

TEST_CASE("a fleet that is well has no warning", "[integration][doctor]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  for (const auto& check : check_fleet(*world.fleet)) {
    INFO(check.name << ": " << check.says);
    CHECK(check.verdict == Verdict::Ok);
  }
}

TEST_CASE("a fleet without nodes is told of as such", "[integration][doctor]") {
  World world;
  CHECK(check_of(world, "nodes").says == "none has joined yet");
}

TEST_CASE("a gateway that went has failed", "[integration][doctor]") {
  World world;
  CHECK(check_of(world, "gateway").says == "gateway:8421 is connected");
  world.fleet->on_gateway_lost(kGateway, "it ended");
  const auto check = check_of(world, "gateway");
  CHECK(check.verdict == Verdict::Failed);
  CHECK(check.says == "gateway:8421 is not connected");
}

TEST_CASE("nodes that are away are counted, and the first five named", "[integration][doctor]") {
  World world;
  std::vector<std::unique_ptr<Agent>> agents;
  for (int i = 1; i <= 7; ++i) {
    agents.push_back(std::make_unique<Agent>(world, "web" + std::to_string(i)));
    agents.back()->connect();
  }
  world.advance(std::chrono::seconds(40));
  agents.front()->connect();
  const auto check = check_of(world, "nodes");
  CHECK(check.verdict == Verdict::Warning);
  CHECK(check.says == "6 of 7 nodes are offline: web2, web3, web4, web5, web6 and 1 more");
}

TEST_CASE("an identity that two machines have has failed", "[integration][doctor]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  REQUIRE(agent.hello("another machine") == wire::MessageType::Refused);
  const auto check = check_of(world, "clones");
  CHECK(check.verdict == Verdict::Failed);
  CHECK_THAT(check.says, Contains("the identity of web1"));
}

TEST_CASE("agents of another version than the controller's are warned of",
          "[integration][doctor]") {
  World world;
  Agent same(world, "web1");
  Agent old(world, "web2");
  same.connect();
  old.agent_version = "0.0.9";
  old.connect();
  const auto check = check_of(world, "agents");
  CHECK(check.verdict == Verdict::Warning);
  CHECK_THAT(check.says, Contains("1 of 2 nodes") && Contains(": web2"));
}

TEST_CASE("a plugin that is not ready is warned of, one that starts is not",
          "[integration][doctor]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto digest = test_manifest_digest();
  agent.say(wire::Plugins{{{"test", "1.0.0", digest, "starting", 0, ""}}});
  CHECK(check_of(world, "plugins").verdict == Verdict::Ok);
  agent.say(wire::Plugins{{{"test", "1.0.0", digest, "quarantined", 0, "it crashed"}}});
  const auto check = check_of(world, "plugins");
  CHECK(check.verdict == Verdict::Warning);
  CHECK_THAT(check.says, Contains("web1"));
}

TEST_CASE("what the plugins of a node that is offline are like is unknown, and no other warning",
          "[integration][doctor]") {
  World world;
  Agent away(world, "web1");
  away.connect();
  away.say(wire::Plugins{{{"test", "1.0.0", test_manifest_digest(), "stopped", 0, "it crashed"}}});
  world.advance(std::chrono::seconds(40));
  Agent agent(world, "web2");
  agent.connect();
  CHECK(check_of(world, "nodes").verdict == Verdict::Warning);
  CHECK(check_of(world, "plugins").verdict == Verdict::Ok);
  const auto plugins = world.fleet->plugins();
  REQUIRE(plugins.size() == 1);
  CHECK(plugins[0].nodes == 2);
  CHECK(plugins[0].states == std::map<std::string, std::size_t>{{"ready", 1}, {"unknown", 1}});
  CHECK(plugins[0].reasons.empty());
}

}  // namespace
}  // namespace muster::controller
