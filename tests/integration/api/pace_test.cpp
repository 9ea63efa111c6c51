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

const char* const kWarning = "no node has a label canry";

bool warns_of_it(const Answer& answer) {
  const auto warnings = answer.body.value("warnings", std::vector<std::string>());
  return warnings.size() == 1 && warnings[0].starts_with(kWarning);
}

TEST_CASE("who is asked for the number of nodes is told what is strange about the selector",
          "[integration][api]") {
  Many fleet;
  const json strange{{"operation", "test.danger"}, {"selector", "not canry"}};
  const auto ask = [&](const json& more) {
    auto request = strange;
    request.update(more);
    return fleet.world.post("/v1/jobs", request);
  };
  CHECK(ask(json::object()).reason() == "expect_needed");
  CHECK(warns_of_it(ask(json::object())));
  CHECK(ask({{"expect", 11}}).reason() == "not_as_expected");
  CHECK(warns_of_it(ask({{"expect", 11}})));
  CHECK_FALSE(fleet.run(json::object()).body.contains("warnings"));
  CHECK(warns_of_it(ask({{"expect", 12}})));  // the job is made
}

TEST_CASE("a job by a strange selector is not made when who asks wants that, unless it only reads",
          "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto ask = [&](const std::string& operation, const std::string& selector, bool check) {
    return world.post("/v1/jobs", {{"operation", operation},
                                   {"selector", selector},
                                   {"check", check},
                                   {"stop_at_warnings", true}});
  };
  const auto refused = ask("test.change", "not canry", false);
  CHECK(refused.status == 400);
  CHECK(refused.reason() == "warned");
  CHECK(refused.body.at("detail") ==
        "test.change would run on 1 node, and there are warnings about the selector");
  CHECK(warns_of_it(refused));
  CHECK(world.get("/v1/jobs").body.at("jobs").empty());
  CHECK(ask("test.change", "all", false).status == 201);
  CHECK(ask("test.change", "not canry", true).reason() != "warned");  // it would change nothing
  CHECK(ask("test.read", "not canry", false).status == 201);
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

/// `muster WORDS` on a terminal, which script(1) gives, where `answer` is typed.
std::string shown_on_terminal(Cli& muster, const std::string& words, const std::string& answer) {
  return muster("--version; echo " + answer + " | script -qec '" MUSTER_CLI " " + words +
                "' /dev/null")
      .out;
}

TEST_CASE("on a terminal the program warns of a strange selector and asks before it changes nodes",
          "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const auto jobs = [&] { return world.get("/v1/jobs").body.at("jobs").size(); };
  const auto count = [](const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  const std::string words = "run test.change --on \"not canry\" --detach";
  const auto refused = shown_on_terminal(muster, words, "n");
  INFO(refused);
  CHECK(refused.find(kWarning) < refused.find("run it all the same? [y/N]"));
  CHECK(refused.find("nothing was run") != std::string::npos);
  CHECK(jobs() == 0);
  const auto made = shown_on_terminal(muster, words, "y");
  INFO(made);
  CHECK(count(made, kWarning) == 1);
  CHECK(jobs() == 1);
  const auto expected = shown_on_terminal(muster, words + " --expect 1", "n");
  CHECK(expected.find("[y/N]") == std::string::npos);
  CHECK(jobs() == 2);
  CHECK(shown_on_terminal(muster, "run test.read --on \"not canry\" --detach", "n").find("[y/N]") ==
        std::string::npos);
  CHECK(jobs() == 3);
}

TEST_CASE("warnings stand before the question for the number of nodes", "[integration][cli]") {
  Many fleet;
  Cli muster(fleet.world);
  const auto shown = shown_on_terminal(muster, "run test.danger --on \"not canry\" --detach", "7");
  INFO(shown);
  CHECK(shown.find(kWarning) < shown.find("number of nodes: "));
  CHECK(shown.find("it would be 12 nodes, not 7") != std::string::npos);
  const auto nobody = muster("run test.danger --on 'not canry'");
  CHECK(nobody.exit == 2);
  CHECK(nobody.says(kWarning));
  CHECK(muster("run test.change --on 'not canry' --detach").exit == 0);
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
