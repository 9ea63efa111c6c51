#include "api_world.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

std::vector<std::string> listed(ApiWorld& world, const std::string& query) {
  const auto answer = world.get("/v1/jobs" + query);
  REQUIRE(answer.status == 200);
  std::vector<std::string> ids;
  for (const auto& job : answer.body.at("jobs")) ids.push_back(job.at("job"));
  return ids;
}

TEST_CASE("jobs are listed by operation, who asked, node, state, outcome and time",
          "[integration][api]") {
  ApiWorld world;
  auto& web = world.join("web1");
  world.join("db1");
  const auto old = world.create_job("node:web1");
  world.finish_tasks(web, TaskState::Failed);
  CHECK(world.ask("DELETE", "/v1/nodes/web1").status == 204);
  world.advance(1h);
  const std::string open =
      world
          .post("/v1/jobs",
                {{"operation", "test.change"}, {"selector", "all"}, {"offline", "queue"}})
          .body.at("job");
  using Ids = std::vector<std::string>;
  struct Row {
    std::string query;
    Ids expected;
  };
  for (const auto& row :
       {Row{"", {open, old}},
        Row{"?operation=test.change&by=admin", {open, old}},
        Row{"?operation=test.*&limit=1", {open}},
        Row{"?operation=none.*", {}},
        Row{"?by=nobody", {}},
        Row{"?node=web1", {old}},
        Row{"?node=db1", {open}},
        Row{"?state=running", {open}},
        Row{"?state=ended", {old}},
        Row{"?state=done", {old}},
        Row{"?state=failed", {old}},
        Row{"?state=incomplete", {}},
        Row{"?state=ok", {}},
        Row{"?state=cancelled", {}},
        Row{"?state=stopped", {}},
        Row{"?since=1970-01-02&until=1970-01-02", {}},
        Row{"?since=30m", {open}},
        Row{"?until=30m", {old}},
        Row{"?since=2h&until=30m&node=web1&state=failed&operation=test.*&by=admin", {old}},
        Row{"?until=1970-01-02", {}},
        Row{"?before=" + open, {old}}}) {
    INFO(row.query);
    CHECK(listed(world, row.query) == row.expected);
  }
  CHECK(world.get("/v1/jobs/" + old).body.at("outcome") == "failed");
  CHECK_FALSE(world.get("/v1/jobs/" + open).body.contains("outcome"));
}

TEST_CASE("a job is made until the end of its day, minute or second", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  world.advance(1ms);
  const auto id = world.create_job();
  const auto made = world.get("/v1/jobs/" + id).body.at("created").get<std::string>();
  for (const std::size_t length : {10U, 16U, 19U}) {  // "2027-01-15", "T08:00", ":05"
    auto text = made.substr(0, length);
    INFO(text);
    CHECK(listed(world, "?since=" + text + "&until=" + text) == std::vector{id});
    if (length == 10) continue;
    text.replace(10, 1, "%20");
    CHECK(listed(world, "?since=" + text + "&until=" + text) == std::vector{id});
    CHECK(listed(world, "?until=" + text + "Z") == std::vector{id});
  }
  CHECK(listed(world, "?until=" + made.substr(0, 19) + ".000Z").empty());
}

TEST_CASE("a list of jobs goes on from an id also where that begins like a number",
          "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  std::vector<std::string> older;
  std::string id = world.create_job();
  while (id[0] < '1' || id[0] > '9') {
    older.insert(older.begin(), id);
    id = world.create_job();
  }
  world.create_job();
  CHECK(listed(world, "?before=" + id) == older);
}

TEST_CASE("tasks over all jobs come page by page", "[integration][api]") {
  ApiWorld world;
  auto& web = world.join("web1");
  world.join("web2.lan");
  const auto first = world.create_job();
  world.finish_tasks(web, TaskState::Failed);
  const auto second = world.create_job();
  const auto tasks = [&](const std::string& query) {
    std::vector<std::string> found;
    for (std::string next; found.size() < 10;) {
      const auto page = world.get("/v1/tasks?limit=1" + query + next).body;
      REQUIRE(page.at("tasks").size() <= 1);
      for (const auto& task : page.at("tasks")) {
        found.push_back(task.at("job").get<std::string>() + task.at("node").get<std::string>());
      }
      if (!page.contains("next")) break;
      next = "&after=" + page.at("next").get<std::string>();
    }
    return found;
  };
  using Tasks = std::vector<std::string>;
  CHECK(tasks("") ==
        Tasks{second + "web1", second + "web2.lan", first + "web1", first + "web2.lan"});
  CHECK(tasks("&job=" + first) == Tasks{first + "web1", first + "web2.lan"});
  CHECK(tasks("&task_state=failed") == Tasks{first + "web1"});
  CHECK(tasks("&node=web2.lan") == Tasks{second + "web2.lan", first + "web2.lan"});
  CHECK(world.get("/v1/tasks?job=7c1e2a58-0000-4000-8000-000000000000").status == 404);
  for (const auto* after : {"x", "5", "5web1", ".web1"}) {
    INFO(after);
    const auto refused = world.get(std::string("/v1/tasks?after=") + after);
    CHECK(refused.status == 400);
    CHECK(refused.body.at("field") == "/after");
  }
}

TEST_CASE("a task is listed as it stands now, with the exit code that it told",
          "[integration][api]") {
  ApiWorld world;
  auto& web = world.join("web1");
  world.create_job();
  const auto id = world.start_tasks(web).at(0);
  const auto listed_as = [&](const std::string& state) {
    const auto tasks = world.get("/v1/tasks?task_state=" + state).body.at("tasks");
    REQUIRE(tasks.size() == 1);
    CHECK(tasks[0].at("state") == state);
    CHECK(tasks[0].at("node_id") == web.id().text());
    return tasks[0].at("exit_code");
  };
  CHECK(listed_as("running") == nullptr);
  const auto [told, shown] = GENERATE(std::pair{json(3), json(3)}, std::pair{json("3"), json()});
  world.on_loop([&, told = told] {
    auto result = result_of(id, TaskState::Failed);
    result.result = json::to_msgpack({{"exit_code", told}});
    web.say(result);
  });
  CHECK(listed_as("failed") == shown);
}

TEST_CASE("a bad question for jobs is refused with the parameter at fault", "[integration][api]") {
  ApiWorld world;
  struct Row {
    std::string query;
    std::string field;
    std::string says;
  };
  for (const auto& row :
       {Row{"?state=open", "/state", "running"},
        Row{"?since=yesterday", "/since", "2026-01-31T12:00:00Z"},
        Row{"?until=5", "/until", "how long ago"},
        Row{"?since=1h&until=2h", "/until", "before since"},
        Row{"?operation=web[a-z]", "/operation", "brackets"}, Row{"?node=", "/node", "1"},
        Row{"?by=" + std::string(257, 'a'), "/by", "256"}}) {
    INFO(row.query);
    const auto refused = world.get("/v1/jobs" + row.query);
    CHECK(refused.status == 400);
    CHECK(refused.reason() == "bad_request");
    CHECK(refused.body.at("field") == row.field);
    CHECK_THAT(refused.body.at("detail").get<std::string>(), Catch::Contains(row.says));
  }
}

}  // namespace
}  // namespace muster::controller
