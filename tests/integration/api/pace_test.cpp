// What is dangerous on many nodes: whoever starts it says how many they are.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

struct Many {
  Many() {
    for (int i = 0; i < 12; ++i) agents.push_back(&world.join("n" + std::to_string(i)));
  }
  Answer run(json more) {
    more.update({{"operation", "test.danger"}, {"selector", "all"}});
    return world.post("/v1/jobs", more);
  }
  void finish(TaskState state) {
    for (auto* agent : agents) world.finish_tasks(*agent, state);
  }
  ApiWorld world;
  std::vector<Agent*> agents;
};

TEST_CASE("a dangerous job on many nodes needs their number, and the right one",
          "[integration][api]") {
  Many fleet;
  const auto unasked = fleet.run(json::object());
  CHECK(unasked.status == 400);
  CHECK(unasked.reason() == "expect_needed");
  CHECK(unasked.body.at("detail").get<std::string>().find("on 12 nodes") != std::string::npos);
  const auto wrong = fleet.run({{"expect", 11}});
  CHECK(wrong.reason() == "not_as_expected");
  CHECK(fleet.world.get("/v1/jobs").body.at("jobs").empty());
  const auto right = fleet.run({{"expect", 12}});
  REQUIRE(right.status == 201);
  const auto job = fleet.world.get("/v1/jobs/" + right.body.at("job").get<std::string>()).body;
  CHECK(job.at("at_once") == 1);
  CHECK(job.at("max_failures") == 1);
  CHECK(fleet.run({{"limit", "10"}}).status == 201);
  CHECK(fleet.run({{"expect", 12}, {"at_once", "50%"}, {"max_failures", "100%"}}).status == 201);
}

TEST_CASE("who is asked for the number of nodes is told how many would be left out",
          "[integration][api][cli]") {
  Many fleet;
  Cli muster(fleet.world);
  REQUIRE(muster("node drain n3 n7").exit == 0);
  CHECK(muster("run test.danger --on all")
            .says("would run on 12 nodes, 2 of which would be left out; say that"));
  CHECK(muster("run test.danger --on all --expect 10")
            .says("it would be 12 nodes, 2 of which would be left out, not 10; nothing was run"));
}

TEST_CASE("a job that failed too often is stopped, and the program says so with exit 6",
          "[integration][cli]") {
  Many fleet;
  Cli muster(fleet.world);
  const auto ran = muster("run test.danger --on all --expect 12 --json",
                          [&] { fleet.finish(TaskState::Failed); });
  CHECK(ran.exit == 6);
  CHECK(ran.parsed().at("state") == "stopped");
  CHECK(ran.parsed().at("counts").at("failed") == 1);
  CHECK(ran.parsed().at("counts").at("cancelled") == 11);
}

TEST_CASE("a retry of a dangerous job wants the number of nodes too, and goes as carefully",
          "[integration][api]") {
  Many fleet;
  const auto made = fleet.run({{"expect", 12}, {"at_once", "100%"}, {"max_failures", "100%"}});
  const auto path = "/v1/jobs/" + made.body.at("job").get<std::string>();
  fleet.finish(TaskState::Failed);
  CHECK(fleet.world.post(path + "/retry", json::object()).reason() == "expect_needed");
  const auto again = fleet.world.post(path + "/retry", {{"expect", 12}});
  REQUIRE(again.status == 201);
  const auto job = fleet.world.get("/v1/jobs/" + again.body.at("job").get<std::string>()).body;
  CHECK(job.at("at_once") == 12);
  const auto careful =
      fleet.world.post(path + "/retry", {{"expect", 12}, {"at_once", "1"}, {"max_failures", "2"}});
  CHECK(careful.status == 201);
}

TEST_CASE("the program asks nobody where there is no terminal", "[integration][cli]") {
  Many fleet;
  Cli muster(fleet.world);
  const auto ran = muster("run test.danger --on all");
  CHECK(ran.exit == 2);
  CHECK(ran.says("would run on 12 nodes; say that you expect that number with --expect N"));
  CHECK(muster("run test.danger --on all --expect many").exit == 2);
  CHECK(muster("run test.change --on all --expect 3").exit == 2);
  CHECK(fleet.world.get("/v1/jobs").body.at("jobs").empty());
}

TEST_CASE("on a terminal the program asks for the number of nodes", "[integration][cli]") {
  Many fleet;
  Cli muster(fleet.world);
  const auto with_answer = [&](const std::string& answer) {
    // script(1) gives a terminal, on which the answer is typed.
    return muster("--version; echo " + answer +
                  " | script -qec '" MUSTER_CLI " run test.danger --on all --detach' /dev/null");
  };
  CHECK(with_answer("7").out.find("it would be 12 nodes, not 7") != std::string::npos);
  CHECK(with_answer("yes").out.find("nothing was done") != std::string::npos);
  CHECK(fleet.world.get("/v1/jobs").body.at("jobs").empty());
  CHECK(with_answer("12").out.find("number of nodes: ") != std::string::npos);
  CHECK(fleet.world.get("/v1/jobs").body.at("jobs").size() == 1);
}

}  // namespace
}  // namespace muster::controller
