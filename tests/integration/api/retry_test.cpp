// Running a job again where it did not end well, and asking how nodes' last tasks ended.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

/// web1 failed, web2 did not, web3 is still at it.
struct Mixed {
  Mixed() {
    auto& web1 = world.join("web1");
    auto& web2 = world.join("web2");
    auto& web3 = world.join("web3");
    job = world.create_job();
    world.finish_tasks(web1, TaskState::Failed);
    world.finish_tasks(web2, TaskState::Ok);
    world.start_tasks(web3);
  }
  Answer explain(const std::string& selector) {
    return world.get("/v1/selector?selector=" + sdk::percent_encode(selector));
  }
  json matched(const std::string& selector) {
    return explain(selector).body.at("matched").at("nodes");
  }
  ApiWorld world;
  std::string job;
};

TEST_CASE("a selector may ask how the last task ended", "[integration][api]") {
  Mixed fleet;
  CHECK(fleet.matched("last(job)=failed") == json{"web1"});
  CHECK(fleet.matched("last(test.change)=ok") == json{"web2"});
  CHECK(fleet.matched("last(" + fleet.job + ") in (ok, failed)") == json({"web1", "web2"}));
  const auto unknown = fleet.explain("last(job)!=ok").body.at("unknown");
  CHECK(unknown.at("reasons")[0] == json{{"why", "has ended no task yet, or its last is not over"},
                                         {"count", 1},
                                         {"nodes", {"web3"}}});
}

TEST_CASE("a state or a task that never was is a slip in a selector", "[integration][api]") {
  Mixed fleet;
  const auto detail = [&](const std::string& selector) {
    const auto answer = fleet.explain(selector);
    CHECK(answer.reason() == "selector_syntax");
    return answer.body.value("detail", "");
  };
  CHECK(detail("last(job)=fialed") == "no task ends as fialed; did you mean failed?");
  CHECK(detail("last(job)=running").find("there are ok changed failed") != std::string::npos);
  CHECK(detail("last(test.chagne)=ok").find("did you mean test.change?") != std::string::npos);
  CHECK(detail("last(7c1e2a58-0000-4000-8000-000000000000)=ok").find("there is no job") !=
        std::string::npos);
}

TEST_CASE("a job is run again on the nodes where it did not end well", "[integration][api]") {
  Mixed fleet;
  auto& world = fleet.world;
  const auto again = world.post("/v1/jobs/" + fleet.job + "/retry", json::object());
  REQUIRE(again.status == 201);
  const auto job = world.get("/v1/jobs/" + again.body.at("job").get<std::string>()).body;
  CHECK(job.at("counts").at("targets") == 1);
  CHECK(job.at("tasks")[0].at("node") == "web1");
  CHECK(job.at("operation") == "test.change");
  const auto ok = world.post("/v1/jobs/" + fleet.job + "/retry", {{"states", {"ok"}}});
  CHECK(world.get("/v1/jobs/" + ok.body.at("job").get<std::string>())
            .body.at("tasks")[0]
            .at("node") == "web2");
  const auto none = world.post("/v1/jobs/" + fleet.job + "/retry", {{"states", {"cancelled"}}});
  CHECK(none.reason() == "matched_nothing");
  CHECK(none.body.at("detail") ==
        "no task of the job ended in a state that is to be retried, on a node that is still there");
  for (const auto& states : {json::array(), json{"running"}, json{1}, json("failed")}) {
    const auto refused = world.post("/v1/jobs/" + fleet.job + "/retry", {{"states", states}});
    CHECK(refused.status == 400);
    CHECK(refused.body.at("field").get<std::string>().starts_with("/states"));
  }
}

TEST_CASE("a repeated retry with its key makes no second job", "[integration][api]") {
  Mixed fleet;
  const auto retry = [&] {
    return fleet.world
        .ask("POST", "/v1/jobs/" + fleet.job + "/retry", "{}", {{"Idempotency-Key", "k"}})
        .body.at("job");
  };
  CHECK(retry() == retry());
}

TEST_CASE("a job runs on some of the nodes that match, chosen by a seed", "[integration][api]") {
  ApiWorld world;
  for (int i = 0; i < 20; ++i) world.join("n" + std::to_string(i));
  const auto run = [&](json more) {
    more.update({{"operation", "test.change"}, {"selector", "all"}});
    const auto made = world.post("/v1/jobs", more);
    INFO(made.text);
    REQUIRE(made.status == 201);
    return world.get("/v1/jobs/" + made.body.at("job").get<std::string>()).body;
  };
  const auto nodes = [](const json& job) {
    std::vector<std::string> names;
    for (const auto& task : job.at("tasks")) names.push_back(task.at("node"));
    return names;
  };
  const auto first = run({{"limit", "10%"}, {"seed", "monday"}});
  CHECK(nodes(first).size() == 2);
  CHECK(first.at("limit") == "10%");
  CHECK(first.at("seed") == "monday");
  CHECK(nodes(run({{"limit", "2"}, {"seed", "monday"}})) == nodes(first));
  const auto drawn = run({{"limit", "2"}});
  CHECK(nodes(run({{"limit", "2"}, {"seed", drawn.at("seed")}})) == nodes(drawn));
  const auto refused =
      world.post("/v1/jobs", {{"operation", "test.change"}, {"selector", "all"}, {"limit", "0%"}});
  CHECK(refused.body.at("field") == "/limit");
  const auto alone =
      world.post("/v1/jobs", {{"operation", "test.change"}, {"selector", "all"}, {"seed", "x"}});
  CHECK(alone.body.at("field") == "/seed");
}

TEST_CASE("muster job retry runs again and follows", "[integration][cli]") {
  Mixed fleet;
  Cli muster(fleet.world);
  const auto again = muster("job retry " + fleet.job + " --detach --json");
  REQUIRE(again.exit == 0);
  CHECK(again.parsed().at("job") != fleet.job);
  CHECK(muster("job retry " + fleet.job + " --state cancelled").exit == 3);
  CHECK(muster("job retry " + fleet.job + " --state nonsense").exit == 2);
  CHECK(muster("job retry 7c1e2a58-0000-4000-8000-000000000000").exit == 3);
}

TEST_CASE("muster job retry --failed is what it does by itself, and --state adds to it",
          "[integration][cli]") {
  Mixed fleet;
  Cli muster(fleet.world);
  const auto nodes = [&](const std::string& line) {
    const auto made = muster("job retry " + line + " --detach --json").parsed();
    std::vector<std::string> names;
    const auto job = fleet.world.get("/v1/jobs/" + made.value("job", "")).body;
    for (const auto& task : job.at("tasks")) names.push_back(task.at("node"));
    return names;
  };
  CHECK(nodes("--failed " + fleet.job) == std::vector<std::string>{"web1"});
  CHECK(nodes("--failed --state ok " + fleet.job) == std::vector<std::string>{"web1", "web2"});
  CHECK(nodes("--state ok " + fleet.job) == std::vector<std::string>{"web2"});
}

TEST_CASE("the beginning of a job's id is enough wherever a command takes one",
          "[integration][cli]") {
  Mixed fleet;
  Cli muster(fleet.world);
  const auto begin = fleet.job.substr(0, 6);
  CHECK(muster("job show " + begin + " --json").parsed().at("job") == fleet.job);
  auto capitals = begin;
  for (auto& c : capitals) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  CHECK(muster("job show " + capitals + " --json").parsed().at("job") == fleet.job);
  CHECK(muster("job output " + begin + " --node web1").exit == 0);
  CHECK(muster("job ls --before " + begin).exit == 0);
  CHECK(muster("job retry " + begin + " --detach").exit == 0);
  CHECK(muster("job cancel " + begin).says("muster job watch " + begin));
  for (const auto& wrong : {fleet.job.substr(0, 3), begin + "-", fleet.job + "0"}) {
    INFO(wrong);
    const auto ran = muster("job show " + wrong);
    CHECK(ran.exit == 3);
    CHECK(ran.says("'" + wrong + "' is not the id of a job"));
  }
}

}  // namespace
}  // namespace muster::controller
