// Secret arguments from outside: no answer has them, and who retries is told to give them anew.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

constexpr const char* kSecret = "correct-horse";

struct SecretJob {
  SecretJob() {
    auto& agent = world.join("web1");
    const auto made = world.post("/v1/jobs", {{"operation", "test.secret"},
                                              {"selector", "all"},
                                              {"arguments",
                                               {{"user", "ann"},
                                                {"password", kSecret},
                                                {"login", {{"token", kSecret}}},
                                                {"keys", {kSecret}}}}});
    REQUIRE(made.status == 201);
    job = made.body.at("job");
    world.finish_tasks(agent, TaskState::Failed);
  }
  ApiWorld world;
  std::string job;
};

TEST_CASE("no answer has a secret argument", "[integration][api]") {
  SecretJob made;
  const std::string path =
      GENERATE("/v1/jobs", "/v1/jobs/JOB", "/v1/jobs/JOB/events", "/v1/events", "/metrics");
  auto at = path;
  if (const auto id = at.find("JOB"); id != std::string::npos) at.replace(id, 3, made.job);
  const auto answer = made.world.get(at);
  INFO(at << "\n" << answer.text);
  CHECK(answer.status == 200);
  CHECK_FALSE(answer.text.empty());
  CHECK(answer.text.find(kSecret) == std::string::npos);
}

TEST_CASE("a job's arguments are told with it, secret ones by their mark", "[integration][api]") {
  SecretJob made;
  CHECK(made.world.get("/v1/jobs/" + made.job).body.at("arguments") ==
        json{{"user", "ann"},
             {"password", "***"},
             {"login", {{"token", "***"}}},
             {"keys", json::array({"***"})}});
}

TEST_CASE("a job with secret arguments cannot be retried, only run anew", "[integration][api]") {
  SecretJob made;
  const auto refused = made.world.post("/v1/jobs/" + made.job + "/retry", json::object());
  CHECK(refused.status == 400);
  CHECK(refused.reason() == "secret_arguments");
  Cli muster(made.world);
  const auto said = muster("job retry " + made.job);
  CHECK(said.exit == 2);
  CHECK(said.says("some arguments of job " + made.job + " are secret and were not kept; run " +
                  "test.secret anew with all of them, on the nodes that are meant: last(" +
                  made.job + ") in (failed, "));
}

TEST_CASE("help tells which arguments are secret", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  CHECK(muster("run test.secret --help").out.find("string, secret (better password=@FILE)") !=
        std::string::npos);
}

}  // namespace
}  // namespace muster::controller
