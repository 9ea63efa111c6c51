// What an operator changes about a node: labels, being in service, being there at all.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

json labels_after(ApiWorld& world, const json& labels) {
  return world.ask("PATCH", "/v1/nodes/web1", json{{"labels", labels}}.dump())
      .body.value("labels", json());
}

TEST_CASE("labels are put in and taken out one by one", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  CHECK(labels_after(world, {{"role", "web"}, {"canary", ""}}) ==
        json{{"role", "web"}, {"canary", ""}});
  CHECK(labels_after(world, {{"role", "db"}, {"canary", nullptr}}) == json{{"role", "db"}});
  CHECK(world.get("/v1/nodes?selector=role%3Ddb").body.at("nodes").size() == 1);
  const auto refused = [&](const std::string& body, const std::string& field) {
    const auto answer = world.ask("PATCH", "/v1/nodes/web1", body);
    CHECK(answer.status == 400);
    CHECK(answer.body.value("field", "") == field);
  };
  refused(R"({"labels": {"in": "x"}})", "/labels/in");
  refused(R"({"labels": {"role": 1}})", "/labels/role");
  refused(R"({"labels": []})", "/labels");
  refused(R"({"labels": {"role": "\u202eabc"}})", "/labels/role");
  CHECK(world.post("/v1/enrollment-tokens", {{"labels", {{"role", "a\nb"}}}}).body.at("field") ==
        "/labels/role");
  CHECK(world.ask("PATCH", "/v1/nodes/web2", R"({"labels": {}})").status == 404);
  CHECK(labels_after(world, json::object()) == json{{"role", "db"}});
}

TEST_CASE("the labels of a node that is another one than the client knows stay as they are",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto label = [&](const std::string& tag) {
    return world.ask("PATCH", "/v1/nodes/web1", R"({"labels": {"role": "web"}})",
                     {{"If-Match", tag}});
  };
  const auto known = world.get("/v1/nodes/web1").header("etag");
  const auto seen = [&] { return world.get("/v1/nodes/web1").body.at("last_seen"); };
  const auto before = seen();
  world.on_loop([&] {
    world.world().advance(std::chrono::seconds(5));
    agent.say(wire::Heartbeat{});
  });
  CHECK(seen() != before);
  CHECK(world.ask("GET", "/v1/nodes/web1", "", {{"If-None-Match", known}}).status == 304);
  const auto refused = label("\"another\"");
  CHECK(refused.status == 412);
  CHECK(refused.reason() == "changed");
  CHECK(world.get("/v1/nodes/web1").body.at("labels").empty());
  CHECK(label(known).status == 200);
  CHECK(label(known).status == 412);
  CHECK(label("*").status == 200);
}

TEST_CASE("a drained node is skipped by jobs until it is brought back", "[integration][api]") {
  ApiWorld world;
  auto& web1 = world.join("web1");
  world.join("web2");
  const auto drained =
      world.ask("PUT", "/v1/nodes/web1/drain", R"({"reason": "new disk"})").body.at("drained");
  CHECK(drained.at("by") == "admin");
  CHECK(drained.at("reason") == "new disk");
  const auto job = world.get("/v1/jobs/" + world.create_job()).body;
  CHECK(job.at("counts").at("skipped") == 1);
  CHECK(job.at("tasks")[0].at("error").at("message") == "the node is drained (new disk)");
  const auto all = world.post(
      "/v1/jobs",
      {{"operation", "test.change"}, {"selector", "node:web1"}, {"include_drained", true}});
  CHECK(all.status == 201);
  CHECK(world.on_loop([&] { return web1.tasks().size(); }) == 1);
  CHECK_FALSE(world.ask("DELETE", "/v1/nodes/web1/drain").body.contains("drained"));
  CHECK_FALSE(world.get("/v1/jobs/" + world.create_job()).body.at("counts").contains("skipped"));
  CHECK(world.on_loop([&] { return world.world().events_of("node.drained"); }) == 1);
  CHECK(world.on_loop([&] { return world.world().events_of("node.undrained"); }) == 1);
  const json long_reason{{"reason", std::string(257, 'x')}};
  CHECK(world.ask("PUT", "/v1/nodes/web1/drain", long_reason.dump()).body.at("field") == "/reason");
}

TEST_CASE("who changed what of a node is told by events, and nothing that changed nothing",
          "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto told = [&](const std::string& type) {
    json data = json::array();
    const auto filter = sdk::percent_encode("type=" + type + " and subject=node/web1");
    const auto events = world.get("/v1/events?filter=" + filter).body.at("events");
    for (const auto& event : events) data.push_back(event.at("data"));
    return data;
  };
  const auto changed = [&](const std::string& method, const std::string& path,
                           const std::string& body) {
    return world.ask(method, "/v1/nodes/web1" + path, body).body.at("changed").get<bool>();
  };
  CHECK(changed("PATCH", "", R"({"labels": {"role": "web", "canary": ""}})"));
  CHECK(changed("PATCH", "", R"({"labels": {"role": "db", "canary": null}})"));
  CHECK_FALSE(changed("PATCH", "", R"({"labels": {"role": "db", "canary": null}})"));
  CHECK(
      told("node.labelled") ==
      json{
          {{"by", "admin"}, {"set", {{"role", "web"}, {"canary", ""}}}, {"removed", json::array()}},
          {{"by", "admin"}, {"set", {{"role", "db"}}}, {"removed", {"canary"}}}});
  CHECK(changed("PUT", "/drain", R"({"reason": "new disk"})"));
  const auto since = world.get("/v1/nodes/web1").body.at("drained").at("since");
  world.advance(std::chrono::seconds(1));
  CHECK_FALSE(changed("PUT", "/drain", R"({"reason": "new disk"})"));
  CHECK_FALSE(changed("PUT", "/drain", "{}"));
  CHECK(world.get("/v1/nodes/web1").body.at("drained").at("reason") == "new disk");
  CHECK(changed("PUT", "/drain", R"({"reason": "old disk"})"));
  CHECK(world.get("/v1/nodes/web1").body.at("drained") ==
        json{{"since", since}, {"by", "admin"}, {"reason", "old disk"}});
  CHECK(told("node.drained") ==
        json{{{"by", "admin"}, {"reason", "new disk"}}, {{"by", "admin"}, {"reason", "old disk"}}});
  CHECK(changed("DELETE", "/drain", ""));
  CHECK_FALSE(changed("DELETE", "/drain", ""));
  CHECK(told("node.undrained") == json::array({{{"by", "admin"}}}));
  const auto id = world.get("/v1/nodes/web1").body.at("id");
  CHECK(world.ask("DELETE", "/v1/nodes/web1").status == 204);
  CHECK(told("node.retired") == json::array({{{"by", "admin"}, {"id", id}}}));
}

TEST_CASE("an operator drains nodes and lets none go", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto token = world.token_of(Role::Operator);
  CHECK(world.ask_as(token, "PUT", "/v1/nodes/web1/drain", "{}").status == 200);
  CHECK(world.ask_as(token, "DELETE", "/v1/nodes/web1/drain").status == 200);
  CHECK(world.ask_as(token, "PATCH", "/v1/nodes/web1", R"({"labels": {}})").status == 403);
  CHECK(world.ask_as(token, "DELETE", "/v1/nodes/web1").status == 403);
}

TEST_CASE("a retired node is gone, and its key is refused", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  CHECK(world.ask("DELETE", "/v1/nodes/web1").status == 204);
  CHECK(world.get("/v1/nodes/web1").status == 404);
  CHECK(world.ask("DELETE", "/v1/nodes/web1").status == 404);
  CHECK(world.on_loop([&] { return world.world().link.revoked; }) == 1);
}

TEST_CASE("muster node changes nodes by name or by selector", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  world.join("web2");
  Cli muster(world);
  CHECK(muster("node label web1 web2 role=web canary=").says("2 nodes were labelled"));
  CHECK(muster("node label --on role=web --remove canary tier=front").exit == 0);
  const auto labels = muster("node show web2 --json").parsed().at("labels");
  CHECK(labels == json{{"role", "web"}, {"tier", "front"}});
  CHECK(muster("node drain web1 --reason 'new disk'").says("1 node was drained"));
  CHECK(muster("node show web1").out.find("by operator") != std::string::npos);
  CHECK(muster("node ls").out.find("online, drained") != std::string::npos);
  CHECK(muster("node drain web1").says("nothing changed: 1 node is as it was"));
  CHECK(muster("node undrain --on all").says("1 node was brought back, 1 node is as it was"));
  CHECK(muster("node undrain --on all").says("nothing changed: 2 nodes are as they were"));
  CHECK(muster("node undrain web1 --json").parsed() ==
        json{{"nodes", {{{"name", "web1"}, {"changed", false}}}}});
  CHECK(muster("node retire web2").exit == 2);  // nobody can be asked
  CHECK(muster("node retire web2 --expect 1").says("1 node was retired"));
  CHECK(muster("node retire web2 --expect 1").exit == 3);
  CHECK(muster("node retire web1 web2").exit == 2);
}

TEST_CASE("what is wrong with a change of nodes is said before any is changed",
          "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  CHECK(muster("node label web1").exit == 2);
  CHECK(muster("node label role=web").says("say which nodes"));
  CHECK(muster("node label web1 --on all role=web").exit == 2);
  CHECK(muster("node label web1 =web").exit == 2);
  CHECK(muster("node drain").exit == 2);
  CHECK(muster("node drain --on role=db").exit == 3);
  const auto unknown = muster("node label web1 nobody role=web");
  CHECK(unknown.exit == 3);
  CHECK(unknown.says("nobody"));
  CHECK(unknown.says("`muster node ls` lists them"));
  CHECK(muster("node show web1 --json").parsed().at("labels").empty());
}

TEST_CASE("what is strange about a selector is told when nodes are listed or changed",
          "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  REQUIRE(muster("node label web1 canary=").exit == 0);
  const std::string strange =
      "muster: warning: no node has a label cannary; did you mean canary?\n";
  for (const auto* line : {"node ls --on 'not cannary'", "node ls --on 'not cannary' --json",
                           "node drain --on 'not cannary'", "node undrain --on 'not cannary'",
                           "node label --on 'not cannary' a=b"}) {
    INFO(line);
    const auto ran = muster(line);
    CHECK(ran.exit == 0);
    CHECK(ran.says(strange));
  }
  CHECK_FALSE(muster("node ls --on 'not canary'").says("warning"));
  const auto page = [&](const std::string& more) {
    return world.get("/v1/nodes?selector=not%20cannary" + more).body;
  };
  CHECK(page("").at("warnings").size() == 1);
  CHECK_FALSE(page("&after=web0").contains("warnings"));
}

TEST_CASE("a selector that changes more than ten nodes wants their number", "[integration][cli]") {
  ApiWorld world;
  for (int i = 1; i <= 10; ++i) world.join("web" + std::to_string(i));
  Cli muster(world);
  const auto drained = [&] { return muster("node ls").out.find("drained") != std::string::npos; };
  CHECK(muster("node undrain --on all").says("10 nodes are as they were"));
  world.join("web11");
  for (const auto* line :
       {"node drain --on all", "node drain --on all --expect 10",
        "node drain --on node:web1 --expect 2", "node drain --on all --expect x",
        "node drain web1 --expect 2", "node label --on all a=b", "node undrain --on all"}) {
    INFO(line);
    CHECK(muster(line).exit == 2);
  }
  CHECK(muster("node drain --on all")
            .says("11 nodes would be drained; say that you expect that number with --expect N"));
  CHECK(muster("node drain --on all --expect 10").says("it would be 11 nodes, not 10"));
  CHECK_FALSE(drained());
  const auto typed = [&](const std::string& answer) {
    return muster("--version; echo " + answer +
                  " | script -qec '" MUSTER_CLI " node drain --on all' /dev/null");
  };
  CHECK(typed("10").out.find("it would be 11 nodes, not 10") != std::string::npos);
  CHECK_FALSE(drained());
  CHECK(typed("11").out.find("11 nodes were drained") != std::string::npos);
  CHECK(drained());
  CHECK(muster("node undrain --on all --expect 11").says("11 nodes were brought back"));
}

TEST_CASE("muster node facts shows what a node tells of itself", "[integration][cli]") {
  ApiWorld world;
  auto& web1 = world.join("web1");
  world.on_loop([&] { web1.say(wire::Facts{{}, {{"os.id", "debian"}}}); });
  Cli muster(world);
  const auto shown = muster("node facts web1");
  CHECK(shown.out.find("FACT   AGE") == 0);
  CHECK(shown.out.find("d  debian\n") != std::string::npos);  // the world's time is of long ago
  const auto facts = muster("node facts web1 --json").parsed();
  CHECK(facts.at("facts") == json{{"os.id", "debian"}});
  CHECK(facts.at("facts_told") == "2023-11-14T22:13:21.000Z");
  CHECK(muster("node facts web7").exit == 3);
}

TEST_CASE("what a node tells of itself stays in its line", "[integration][cli]") {
  ApiWorld world;
  auto& web1 = world.join("web1");
  world.on_loop([&] { web1.say(wire::Facts{{}, {{"os.id", "x\npresence   online"}}}); });
  Cli muster(world);
  CHECK(muster("node show web1").out.find("os.id = x presence   online\n") != std::string::npos);
  CHECK(muster("node facts web1").out.find("x presence   online\n") != std::string::npos);
}

TEST_CASE("facts are as old as the last heartbeat of the node that told them",
          "[integration][api]") {
  ApiWorld world;
  auto& web1 = world.join("web1");
  const auto told = [&] { return world.get("/v1/nodes/web1").body.at("facts_told"); };
  CHECK(told().is_null());
  world.on_loop([&] { web1.say(wire::Facts{{}, {{"os.id", "debian"}}}); });
  world.advance(std::chrono::seconds(5));
  CHECK(told() == "2023-11-14T22:13:21.000Z");
  world.on_loop([&] { web1.say(wire::Heartbeat{}); });
  CHECK(told() == "2023-11-14T22:13:26.000Z");
}

}  // namespace
}  // namespace muster::controller
