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
       {Row{"", {open, old}}, Row{"?operation=test.change&by=admin", {open, old}},
        Row{"?operation=test.*&limit=1", {open}}, Row{"?operation=none.*", {}},
        Row{"?by=nobody", {}}, Row{"?node=web1", {old}}, Row{"?node=db1", {open}},
        Row{"?state=running", {open}}, Row{"?state=ended", {old}}, Row{"?state=done", {old}},
        Row{"?state=failed", {old}}, Row{"?state=incomplete", {}}, Row{"?since=30m", {open}},
        Row{"?until=30m", {old}},
        Row{"?since=2h&until=30m&node=web1&state=failed&operation=test.*&by=admin", {old}},
        Row{"?until=1970-01-02", {}}, Row{"?before=" + open, {old}}}) {
    INFO(row.query);
    CHECK(listed(world, row.query) == row.expected);
  }
  CHECK(world.get("/v1/jobs/" + old).body.at("outcome") == "failed");
  CHECK_FALSE(world.get("/v1/jobs/" + open).body.contains("outcome"));
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
