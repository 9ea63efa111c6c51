// Jobs for nodes about which a selector cannot decide, because they have not told what it asks for.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

/// web1 is of Debian, web2 of Alpine; web3 and db1 have told nothing.
struct Told {
  Told() {
    for (const auto& [name, os] : std::map<std::string, std::string>{
             {"db1", ""}, {"web1", "debian"}, {"web2", "alpine"}, {"web3", ""}}) {
      auto& agent = world.join(name);
      agents[name] = &agent;
      if (os.empty()) continue;
      world.on_loop([&, id = os] { agent.say(wire::Facts{{}, {{"os.id", id}}}); });
    }
  }
  Answer run(const std::string& selector, json more) {
    more.update({{"operation", "test.change"}, {"selector", selector}});
    return world.post("/v1/jobs", more);
  }
  json job_of(const Answer& made) {
    REQUIRE(made.status == 201);
    return world.get("/v1/jobs/" + made.body.at("job").get<std::string>()).body;
  }
  static std::vector<std::string> nodes_of(const json& job) {
    std::vector<std::string> nodes;
    for (const auto& task : job.at("tasks")) nodes.push_back(task.at("node"));
    return nodes;
  }
  ApiWorld world;
  std::map<std::string, Agent*> agents;
};

using Names = std::vector<std::string>;

TEST_CASE("nodes that are unknown to the selector get a job only when it asks for them",
          "[integration][api]") {
  Told fleet;
  const auto without = fleet.run("os.id=debian", json::object());
  CHECK(Told::nodes_of(fleet.job_of(without)) == Names{"web1"});
  CHECK_FALSE(fleet.job_of(without).contains("include_unknown"));
  const auto with = fleet.run("os.id=debian", {{"include_unknown", true}});
  const auto job = fleet.job_of(with);
  CHECK(Told::nodes_of(job) == Names{"db1", "web1", "web3"});
  CHECK(job.at("include_unknown") == true);
  CHECK(job.at("selector") == "os.id=debian");
  CHECK(with.body.at("warnings") ==
        json{"2 nodes get it that have not told what the selector asks for"});
}

TEST_CASE("a job may be for unknown nodes alone, and a limit counts them", "[integration][api]") {
  Told fleet;
  CHECK(fleet.run("os.id=plan9", json::object()).reason() == "matched_nothing");
  const auto alone = fleet.run("os.id=plan9 and node:web*", {{"include_unknown", true}});
  CHECK(Told::nodes_of(fleet.job_of(alone)) == Names{"web3"});
  const auto some = fleet.run("os.id=debian", {{"include_unknown", true}, {"limit", "2"}});
  CHECK(fleet.job_of(some).at("tasks").size() == 2);
}

TEST_CASE("the same key with and without unknown nodes is not the same request",
          "[integration][api]") {
  Told fleet;
  const json body{{"operation", "test.change"}, {"selector", "os.id=debian"}};
  const auto ask = [&](const json& request) {
    return fleet.world.ask("POST", "/v1/jobs", request.dump(), {{"Idempotency-Key", "once"}});
  };
  auto with = body;
  with["include_unknown"] = true;
  const auto first = ask(with);
  REQUIRE(first.status == 201);
  CHECK(ask(with).body.at("job") == first.body.at("job"));
  CHECK(ask(body).reason() == "idempotency_key");
}

TEST_CASE("a retry is for the nodes of the job, also those that were unknown",
          "[integration][api]") {
  Told fleet;
  const auto made = fleet.run("os.id=debian and node:web*", {{"include_unknown", true}});
  fleet.world.finish_tasks(*fleet.agents.at("web1"), TaskState::Ok);
  fleet.world.finish_tasks(*fleet.agents.at("web3"), TaskState::Failed);
  const auto again = fleet.world.post(
      "/v1/jobs/" + made.body.at("job").get<std::string>() + "/retry", json::object());
  CHECK(Told::nodes_of(fleet.job_of(again)) == Names{"web3"});
  CHECK_FALSE(fleet.job_of(again).contains("include_unknown"));
}

TEST_CASE("muster run --include-unknown asks for them", "[integration][cli]") {
  Told fleet;
  Cli muster(fleet.world);
  const auto ran = muster("run test.change --on os.id=alpine --include-unknown --detach");
  CHECK(ran.exit == 0);
  CHECK(ran.says("2 nodes get it that have not told what the selector asks for"));
  const auto job = fleet.world.get("/v1/jobs").body.at("jobs")[0];
  CHECK(job.at("counts").at("targets") == 3);
  CHECK(job.at("include_unknown") == true);
}

}  // namespace
}  // namespace muster::controller
