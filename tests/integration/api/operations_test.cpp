// Every operation of the API's document: asked well, badly, by nobody, by somebody who may not,
// and, where it changes something, once more. What is answered is held against the document by the
// ApiWorld.
#include <algorithm>
#include <muster/core/crypto/base64url.hpp>
#include <muster/core/net/join_token.hpp>
#include <set>

#include "api_world.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

struct Ask {
  std::string query;
  std::string body;
  std::string thing;  ///< what stands for the parameter in the path
};

struct Row {
  Ask good;
  int answer = 200;
  Ask bad;
  int refusal = 400;
  int again = 0;            ///< the answer to the good one when it comes once more; 0: the same
  bool for_viewers = true;  ///< of those that read
};

std::string path_of(std::string pattern, const Ask& ask) {
  if (const auto open = pattern.find('{'); open != std::string::npos) {
    pattern.replace(open, pattern.find('}') - open + 1, ask.thing);
  }
  return pattern + ask.query;
}

std::string enroll_body(const std::string& token_line) {
  const auto key = [] {
    return crypto::to_base64url(crypto::SessionKeyPair::generate().public_key);
  };
  return json{{"secret", crypto::to_base64url(net::decode_token(token_line).value().secret)},
              {"name", "web2"},
              {"machine_id", "machine of web2"},
              {"transport_key", key()},
              {"session_key", key()}}
      .dump();
}

/// Nobody listens there.
const std::string kSomeHook =
    R"({"url": "http://127.0.0.1:1/", "filter": "type=none", "allow_private": true})";

void add_dead_letter(ApiWorld& world) {
  world.on_loop([&] {
    const DeadLetter letter{0, "kept", {7, 1, "node.test", "node/web1", "{}"}, 2, 3, "none"};
    const auto& webhook = **world.services().webhooks.find("kept");
    world.world().kept().move_webhook("kept", webhook.progress, {letter}, nullptr);
  });
}

/// A row for each operation. A new operation needs one.
std::map<std::string, Row> rows_for(ApiWorld& world) {
  const auto job = world.create_job();
  const auto token = world.post("/v1/enrollment-tokens", json::object()).body;
  for (const auto* group : {"kept", "old"}) {
    world.ask("PUT", "/v1/groups/" + std::string(group), R"({"selector": "all"})");
    world.ask("PUT", "/v1/webhooks/" + std::string(group), kSomeHook);
  }
  add_dead_letter(world);
  const std::string some_job = R"({"operation": "test.change", "selector": "all"})";
  const std::string nobody = "7c1e2a58-0000-4000-8000-000000000000";
  const Ask unknown{"?unknown=1", "", "web1"};
  return {
      {"getOpenapi", {{}, 200, unknown}},
      {"getCa", {{}, 200, unknown}},
      {"enrollNode", {{"", enroll_body(token.at("token")), ""}, 201, {"", "{}", ""}}},
      {"getMetrics", {{}, 200, unknown}},
      {"getStatus", {{}, 200, unknown}},
      {"getDiagnosis", {{}, 200, unknown}},
      {"listNodes", {{"?selector=all", "", ""}, 200, {"?selector=all%20and", "", ""}}},
      {"getNode", {{"", "", "web1"}, 200, {"", "", "web9"}, 404}},
      {"changeNode",
       {{"", R"({"labels": {"role": "web"}})", "web1"},
        200,
        {"", R"({"labels": {"role": 1}})", "web1"}}},
      {"drainNode", {{"", "{}", "web1"}, 200, {"", R"({"reason": 1})", "web1"}}},
      {"undrainNode", {{"", "", "web1"}, 200, {"", "", "web9"}, 404}},
      {"retireNode", {{"", "", "db1"}, 204, {"", "", "web9"}, 404, 404}},
      {"listGroups", {{}, 200, unknown}},
      {"getGroup", {{"", "", "kept"}, 200, {"", "", "none"}, 404}},
      {"putGroup", {{"", R"({"selector": "all"})", "front"}, 201, {"", "{}", "front"}, 400, 200}},
      {"removeGroup", {{"", "", "old"}, 204, {"", "", "none"}, 404, 404}},
      {"listNames", {{"?kind=label&prefix=ro", "", ""}, 200, {"?kind=node&of=role", "", ""}}},
      {"explainSelector", {{"?selector=all", "", ""}, 200, {}}},
      {"createEnrollmentToken", {{"", R"({"uses": 2})", ""}, 201, {"", R"({"uses": 0})", ""}}},
      {"listEnrollmentTokens", {{}, 200, unknown, 400, 0, false}},
      {"revokeEnrollmentToken", {{"", "", token.at("id")}, 204, {"", "", nobody}, 404, 404}},
      {"listEvents", {{"?filter=type%3Dnode.*", "", ""}, 200, {"?filter=color%3Dred", "", ""}}},
      {"listWebhooks", {{}, 200, unknown, 400, 0, false}},
      {"getWebhook", {{"", "", "kept"}, 200, {"", "", "none"}, 404, 0, false}},
      {"putWebhook", {{"", kSomeHook, "front"}, 201, {"", "{}", "front"}, 400, 200}},
      {"removeWebhook", {{"", "", "old"}, 204, {"", "", "none"}, 404, 404}},
      {"testWebhook", {{"", "", "kept"}, 200, {"", R"({"why": "x"})", "kept"}}},
      {"listDeliveries", {{"", "", "kept"}, 200, {"", "", "none"}, 404, 0, false}},
      {"listDeadLetters", {{"?limit=5", "", "kept"}, 200, {"?limit=0", "", "kept"}, 400, 0, false}},
      {"retryDeadLetter", {{"", "", "1"}, 200, {"", "", "none"}, 404}},
      {"listPlugins", {{}, 200, unknown}},
      {"getPlugin", {{"", "", "test"}, 200, {"", "", "none"}, 404}},
      {"createJob", {{"", some_job, ""}, 201, {"", R"({"selector": "all"})", ""}}},
      {"listJobs", {{"?limit=1", "", ""}, 200, {"?limit=0", "", ""}}},
      {"listTasks", {{"?task_state=ok", "", ""}, 200, {"?after=x", "", ""}}},
      {"getJob", {{"", "", job}, 200, {"", "", nobody}, 404}},
      {"watchJob", {{"", "", job}, 200, {"", "", nobody}, 404}},
      {"getJobOutput", {{"?node=web1", "", job}, 200, {"", "", job}}},
      {"retryJob",
       {{"", R"({"states": ["ok"]})", job}, 201, {"", R"({"states": ["running"]})", job}}},
      {"cancelJob", {{"", "", job}, 202, {"", R"({"why": "x"})", job}}},
  };
}

TEST_CASE(
    "every operation answers who asks well, badly, without a token, without the right and "
    "once more",
    "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto rows = rows_for(world);
  world.join("db1");
  world.finish_tasks(agent, TaskState::Ok, "Linux\n");
  const auto viewer = world.token_of(Role::Viewer);
  for (const auto& route : world.routes()) {
    INFO(route.operation->id);
    if (!rows.contains(route.operation->id)) FAIL("nothing here asks for this operation");
    const auto& row = rows.at(route.operation->id);
    const auto ask = [&](const std::string& as, const Ask& what) {
      return world.ask_as(as, route.method, path_of(route.pattern, what), what.body);
    };
    if (route.needs.action) {
      CHECK(ask("", row.good).reason() == "no_token");
      CHECK(ask("nonsense", row.good).reason() == "bad_token");
      const bool may = route.method == "GET" && row.for_viewers;
      CHECK(ask(viewer, row.good).status == (may ? row.answer : 403));
    }
    const auto bad = ask(world.admin(), row.bad);
    CHECK(bad.status == row.refusal);
    CHECK(bad.header("content-type") == "application/problem+json");
    const auto good = ask(world.admin(), row.good);
    CHECK(good.status == row.answer);
    CHECK(ask(world.admin(), row.good).status == (row.again == 0 ? row.answer : row.again));
    if (route.method == "POST" && row.good.body.empty()) world.finish_tasks(agent);
  }
}

TEST_CASE("an empty selector means no node of any operation: a script's variable may be unset",
          "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  std::set<std::string> asked;
  for (const auto& route : world.routes()) {
    const auto& parameters = route.operation->parameters;
    const bool takes_one = std::any_of(parameters.begin(), parameters.end(), [](const auto& each) {
      return each.in_query && each.name == "selector";
    });
    if (!takes_one) continue;
    INFO(route.operation->id);
    const auto refused = world.ask(route.method, route.pattern + "?selector=");
    CHECK(refused.status == 400);
    CHECK(refused.reason() == "selector_syntax");
    asked.insert(route.operation->id);
  }
  CHECK(asked == std::set<std::string>{"explainSelector", "listNodes"});
  CHECK(world.post("/v1/jobs", {{"operation", "test.change"}, {"selector", ""}}).status == 400);
}

TEST_CASE("the document that is served is the one that requests are checked by",
          "[integration][api]") {
  ApiWorld world;
  const auto served = world.ask_as("", "GET", "/v1/openapi.json");
  CHECK(served.status == 200);
  CHECK(served.body == api::Document::built_in().value()->root());
}

}  // namespace
}  // namespace muster::controller
