// What `selector explain --operation` foretells is what the job then does.
#include <muster/core/crypto/digest.hpp>

#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

json forecast(ApiWorld& world, const std::string& selector, const std::string& operation) {
  return world
      .get("/v1/selector?selector=" + sdk::percent_encode(selector) + "&operation=" + operation)
      .body.at("job");
}

void drain(ApiWorld& world, const std::string& node, const json& why) {
  REQUIRE(world.ask("PUT", "/v1/nodes/" + node + "/drain", why.dump()).status == 200);
}

/// One node for each reason for which a job leaves one out, and one on which it runs.
struct OneOfEach {
  OneOfEach() {
    world.join("away");
    world.advance(std::chrono::seconds(40));
    for (const auto* name : {"web1", "drained", "quiet"}) world.join(name);
    say("bare", {});
    auto manifest = json::parse(test_manifest());
    manifest["operations"].erase("test.change");
    const auto old = manifest.dump();
    auto& agent = say("old", {"test", "0.9", crypto::sha256(as_bytes(old)), "ready", 0, ""});
    world.on_loop([&] {
      agent.say(wire::Manifest{crypto::sha256(as_bytes(old)), to_bytes(as_bytes(old))});
      never = std::make_unique<Agent>(world.world(), "never");
    });
    say("untold", {"test", "1.1", crypto::sha256(as_bytes("?")), "ready", 0, ""});
    say("broken", {"test", "", {}, "rejected", 0, "it has no manifest"});
    drain(world, "drained", {{"reason", "new disk"}});
    drain(world, "quiet", json::object());
  }
  Agent& say(const std::string& name, const wire::PluginInfo& plugin) {
    auto& agent = world.join(name);
    std::vector<wire::PluginInfo> plugins;
    if (!plugin.id.empty()) plugins.push_back(plugin);
    world.on_loop([&] {
      agent.say(wire::Plugins{});  // so that what it had before counts no longer
      agent.say(wire::Plugins{plugins});
    });
    return agent;
  }
  ApiWorld world;
  std::unique_ptr<Agent> never;
};

TEST_CASE("each reason why a job would leave a node out is the one that its task then gives",
          "[integration][api]") {
  OneOfEach fleet;
  const auto told = forecast(fleet.world, "all", "test.change");
  CHECK(told.at("refusals").empty());
  CHECK(told.at("runs") == json{{"count", 1}, {"nodes", {"web1"}}});
  std::map<std::string, std::string> foretold;
  for (const auto& reason : told.at("left_out").at("reasons")) {
    for (const std::string node : reason.at("nodes")) {
      foretold[node] =
          reason.at("state").get<std::string>() + ": " + reason.at("why").get<std::string>();
    }
  }
  CHECK(
      foretold ==
      std::map<std::string, std::string>{
          {"away", "skipped: the node is offline"},
          {"bare", "refused: the node has no operation test.change"},
          {"broken",
           "refused: the node has no operation test.change: its file of test is rejected: it has "
           "no manifest"},
          {"drained", "skipped: the node is drained (new disk)"},
          {"never", "skipped: the node has not connected yet"},
          {"old", "refused: the node has no operation test.change in its version 0.9 of test"},
          {"quiet", "skipped: the node is drained"},
          {"untold",
           "refused: the node has no operation test.change: it has not told yet what its test can "
           "do"}});
  std::map<std::string, std::string> became;
  const auto job = fleet.world.get("/v1/jobs/" + fleet.world.create_job()).body;
  for (const auto& task : job.at("tasks")) {
    if (task.at("error").is_null()) continue;
    became[task.at("node")] = task.at("state").get<std::string>() + ": " +
                              task.at("error").at("message").get<std::string>();
  }
  CHECK(became == foretold);
}

TEST_CASE("why there would be no job is what is answered when it is asked for",
          "[integration][api]") {
  ApiWorld world;
  for (int i = 0; i < 11; ++i) world.join("n" + std::to_string(i));
  const auto [role, selector, operation, reasons] =
      GENERATE(table<Role, std::string, std::string, std::vector<std::string>>(
          {{Role::Admin, "all", "test.change", {}},
           {Role::Admin, "all", "test.danger", {"expect_needed"}},
           {Role::Admin, "node:n1", "test.danger", {}},
           {Role::Admin, "node:x*", "test.change", {"matched_nothing"}},
           {Role::Admin, "all", "test.chnage", {"unknown_operation"}},
           {Role::Viewer, "node:n1", "test.change", {"denied"}},
           {Role::Viewer, "all", "test.danger", {"denied", "expect_needed"}}}));
  const auto token = world.token_of(role);
  INFO(operation << " on " << selector);
  const auto told =
      world.ask_as(token, "GET", "/v1/selector?selector=" + selector + "&operation=" + operation)
          .body.at("job")
          .at("refusals");
  REQUIRE(told.size() == reasons.size());
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i].at("reason") == reasons[i]);
  const auto asked = world.ask_as(token, "POST", "/v1/jobs",
                                  json{{"operation", operation}, {"selector", selector}}.dump());
  CHECK(asked.status / 100 == (reasons.empty() ? 2 : 4));
  if (reasons.empty()) return;
  CHECK(asked.body.at("reason") == told[0].at("reason"));
  CHECK(asked.body.at("detail") == told[0].at("detail"));
}

TEST_CASE("arguments that are not there are no reason", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  auto manifest = json::parse(test_manifest());
  manifest["operations"]["test.change"]["arguments"]["required"] = {"count"};
  const auto text = manifest.dump();
  world.on_loop([&] {
    const auto digest = crypto::sha256(as_bytes(text));
    agent.say(wire::Plugins{{{"test", "2.0.0", digest, "ready", 0, ""}}});
    agent.say(wire::Manifest{digest, to_bytes(as_bytes(text))});
  });
  const auto told = forecast(world, "all", "test.change");
  CHECK(told.at("refusals").empty());
  CHECK(told.at("runs").at("count") == 1);
}

TEST_CASE("of many reasons the 20 that most nodes have are told", "[integration][api]") {
  ApiWorld world;
  for (int i = 0; i < 22; ++i) {
    const auto name = "n" + std::to_string(i);
    world.join(name);
    drain(world, name, {{"reason", std::to_string(std::max(i, 1))}});
  }
  const auto left_out = forecast(world, "all", "test.change").at("left_out");
  CHECK(left_out.at("count") == 22);
  const auto& reasons = left_out.at("reasons");
  REQUIRE(reasons.size() == 20);
  CHECK(reasons[0] == json{{"state", "skipped"},
                           {"why", "the node is drained (1)"},
                           {"count", 2},
                           {"nodes", {"n0", "n1"}}});
}

TEST_CASE("muster selector explain --operation prints it for people", "[integration][cli]") {
  ApiWorld world;
  for (const auto* name : {"db1", "web1", "web2"}) world.join(name);
  drain(world, "db1", {{"reason", "new disk"}});
  Cli muster(world, Role::Viewer);
  const auto ran = muster("selector explain all --operation test.change");
  CHECK(ran.exit == 0);
  CHECK(ran.out ==
        "selector  all\n"
        "matches   3: db1, web[1-2]\n"
        "of        3 nodes\n"
        "refused   operator1 has the role viewer and may not run; that takes the role operator\n"
        "runs on   2: web[1-2]\n"
        "left out  1\n"
        "          skipped: the node is drained (new disk)  1: db1\n");
  CHECK(muster("selector explain all --operation test.change --json")
            .parsed()
            .at("job")
            .at("runs")
            .at("count") == 2);
  CHECK(muster("selector explain all --operation ''").exit == 2);
}

}  // namespace
}  // namespace muster::controller
