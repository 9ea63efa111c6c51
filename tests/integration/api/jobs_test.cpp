#include "api_world.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

json change_all() { return {{"operation", "test.change"}, {"selector", "all"}}; }

TEST_CASE("a job is made, shown, listed and done", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const auto running = world.get("/v1/jobs/" + id);
  CHECK(running.body.at("state") == "running");
  CHECK(running.body.at("counts") == json{{"targets", 1}, {"delivered", 1}});
  world.finish_tasks(agent, TaskState::Changed, "Linux\n");
  const auto done = world.get("/v1/jobs/" + id);
  CHECK(done.body.at("state") == "done");
  CHECK(done.body.at("counts") == json{{"targets", 1}, {"changed", 1}});
  CHECK(done.body.at("requested_by") == "admin");
  CHECK(done.body.at("check") == false);
  CHECK(done.body.at("arguments").is_object());
  CHECK(done.body.at("tasks").at(0).at("outputs").at(0).at("size") == 6);
  const auto list = world.get("/v1/jobs").body;
  REQUIRE(list.at("jobs").size() == 1);
  CHECK(list.at("jobs").at(0).at("job") == id);
  CHECK_FALSE(list.contains("next"));
}

TEST_CASE("jobs are listed newest first, page by page", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  std::vector<std::string> made;
  for (int i = 0; i < 3; ++i) {
    made.push_back(world.create_job());
    world.finish_tasks(agent);
  }
  const auto first = world.get("/v1/jobs?limit=2").body;
  REQUIRE(first.at("jobs").size() == 2);
  CHECK(first.at("jobs").at(0).at("job") == made[2]);
  const auto rest =
      world.get("/v1/jobs?limit=2&before=" + first.at("next").get<std::string>()).body;
  REQUIRE(rest.at("jobs").size() == 1);
  CHECK(rest.at("jobs").at(0).at("job") == made[0]);
  CHECK_FALSE(rest.contains("next"));
  for (const auto* limit : {"0", "501", "x"}) {
    CHECK(world.get(std::string("/v1/jobs?limit=") + limit).body.at("field") == "/limit");
  }
  CHECK(world.get("/v1/jobs?before=nonsense").status == 404);
}

TEST_CASE("a bad job is refused with a reason and the field at fault", "[integration][api]") {
  struct Row {
    json change;
    int status;
    std::string reason;
    std::string field;
  };
  ApiWorld world;
  world.join("web1");
  for (const auto& row :
       std::vector<Row>{{{{"selector", "all and"}}, 400, "selector_syntax", ""},
                        {{{"selector", "node:web9"}}, 404, "matched_nothing", ""},
                        {{{"selector", ""}}, 400, "bad_request", "/selector"},
                        {{{"operation", "test.chnge"}}, 400, "unknown_operation", ""},
                        {{{"operation", 1}}, 400, "bad_request", "/operation"},
                        {{{"arguments", {{"count", "x"}}}}, 400, "bad_arguments", "/count"},
                        {{{"arguments", 1}}, 400, "bad_request", "/arguments"},
                        {{{"timeout", "soon"}}, 400, "bad_request", "/timeout"},
                        {{{"start_within", "8d"}}, 400, "bad_request", "/start_within"},
                        {{{"offline", "wait"}}, 400, "bad_request", "/offline"},
                        {{{"check", "yes"}}, 400, "bad_request", "/check"},
                        {{{"output_cap", "much"}}, 400, "bad_request", "/output_cap"},
                        {{{"selectr", "all"}}, 400, "bad_request", "/selectr"}}) {
    auto request = change_all();
    request.update(row.change);
    INFO(request);
    const auto refused = world.post("/v1/jobs", request);
    CHECK(refused.status == row.status);
    CHECK(refused.reason() == row.reason);
    if (!row.field.empty()) CHECK(refused.body.value("field", "") == row.field);
    CHECK(refused.body.contains("position") == (row.reason == "selector_syntax"));
  }
  CHECK(world.ask("POST", "/v1/jobs", "not json").status == 400);
  CHECK(world.ask("POST", "/v1/jobs", std::string(500'000, '[')).status == 400);
  CHECK(world.get("/v1/jobs").body.at("jobs").empty());
}

TEST_CASE("a busy store refuses a job whole and says when to try again",
          "[integration][api][memory]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  world.on_loop([&] {
    world.world().store.fail_writes_with(
        Error{ErrorCode::Unavailable, "too much to write", {}, true, std::chrono::seconds(1)});
  });
  const auto refused = world.post("/v1/jobs", change_all());
  CHECK(refused.status == 503);
  CHECK(refused.reason() == "busy");
  CHECK(refused.header("retry-after") == "1");
  CHECK(world.get("/v1/jobs").body.at("jobs").empty());
  CHECK(world.start_tasks(agent).empty());
}

TEST_CASE("a repeated request with its key makes no second job", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const sdk::HttpHeaders key{{"Idempotency-Key", "deploy-42"}};
  const auto body = change_all().dump();
  const auto first = world.ask("POST", "/v1/jobs", body, key);
  CHECK(first.status == 201);
  CHECK(world.ask("POST", "/v1/jobs", body, key).body == first.body);
  CHECK(world.start_tasks(agent).size() == 1);

  auto other = change_all();
  other["check"] = false;
  other["timeout"] = "7s";
  const auto conflict = world.ask("POST", "/v1/jobs", other.dump(), key);
  CHECK(conflict.status == 409);
  CHECK(conflict.reason() == "idempotency_key");
  CHECK(world.ask("POST", "/v1/jobs", body, {{"Idempotency-Key", std::string(257, 'k')}}).status ==
        400);
}

TEST_CASE("a request that waits is answered with the whole job once it is done",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  auto waiting = std::async(std::launch::async, [&] {
    return world.ask("POST", "/v1/jobs?wait=60s", change_all().dump());
  });
  while (waiting.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
    world.finish_tasks(agent);
  }
  const auto answer = waiting.get();
  CHECK(answer.status == 200);
  CHECK(answer.body.at("state") == "done");
}

TEST_CASE("a request that waited long enough is answered with the job's id", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  auto waiting = std::async(std::launch::async, [&] {
    return world.ask("POST", "/v1/jobs?wait=1s", change_all().dump());
  });
  const auto answer = world.moving_time(waiting);
  CHECK(answer.status == 201);
  CHECK(answer.body.size() == 1);
  // The wait is over for the job too: its end is told to nobody, twice to nobody.
  world.finish_tasks(agent);
  CHECK(world.get("/v1/jobs/" + answer.body.at("job").get<std::string>()).body.at("state") ==
        "done");
  for (const auto* wait : {"soon", "61s"}) {
    const auto refused =
        world.ask("POST", std::string("/v1/jobs?wait=") + wait, change_all().dump());
    CHECK(refused.status == 400);
    CHECK(refused.body.at("field") == "/wait");
  }
}

TEST_CASE("a request that waits may outlive the controller's parts", "[integration][api]") {
  std::future<bool> waiting;
  {
    ApiWorld world;
    world.join("web1");
    auto client = std::make_shared<sdk::HttpClient>(world.client(world.token_of(Role::Admin)));
    waiting = std::async(std::launch::async, [client] {
      return client->request("POST", "/v1/jobs?wait=60s", {}, change_all().dump()).has_value();
    });
    while (world.on_loop([&] { return world.world().jobs->open_jobs(); }) == 0) {
      std::this_thread::yield();
    }
  }
  CHECK_FALSE(waiting.get());
}

TEST_CASE("a job is cancelled, once or twice alike", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const auto tasks = world.start_tasks(agent);
  for (int i = 0; i < 2; ++i) {
    const auto answer = world.post("/v1/jobs/" + id + "/cancel", json::object());
    CHECK(answer.status == 202);
    CHECK(answer.body == json{{"job", id}, {"ended", false}});
  }
  world.on_loop([&] { ApiWorld::end(agent, tasks.at(0), TaskState::Cancelled, ""); });
  CHECK(world.get("/v1/jobs/" + id).body.at("state") == "cancelled");
  CHECK(world.post("/v1/jobs/" + id + "/cancel", json::object()).body.at("ended") == true);
}

TEST_CASE("a job that is not there is not found, whatever is asked of it", "[integration][api]") {
  ApiWorld world;
  for (const auto* id : {"7c1e2a58-0000-4000-8000-000000000000", "nonsense"}) {
    const std::string path = std::string("/v1/jobs/") + id;
    for (const auto& answer :
         {world.get(path), world.get(path + "/events"), world.get(path + "/output?node=web1"),
          world.ask("POST", path + "/cancel")}) {
      CHECK(answer.status == 404);
      CHECK(answer.reason() == "no_such_thing");
    }
  }
}

TEST_CASE("a result that is nested without end is shown as none and hurts nobody",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const auto tasks = world.start_tasks(agent);
  world.on_loop([&] {
    auto result = result_of(tasks.at(0));
    result.result = Bytes(60'000, 0x91);
    result.result.push_back(0xc0);
    agent.say(result);
    agent.say(wire::Event{});
  });
  const auto job = world.get("/v1/jobs/" + id);
  CHECK(job.status == 200);
  CHECK(job.body.at("tasks").at(0).at("result").is_null());
}

}  // namespace
}  // namespace muster::controller
