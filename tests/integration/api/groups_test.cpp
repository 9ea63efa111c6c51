// Selectors that have a name: made, used, changed and removed through the API and the program.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

json put(ApiWorld& world, const std::string& name, const std::string& selector, int status = 201) {
  const auto answer = world.ask("PUT", "/v1/groups/" + name, json{{"selector", selector}}.dump());
  INFO(answer.text);
  CHECK(answer.status == status);
  return answer.body;
}

json matched(ApiWorld& world, const std::string& selector) {
  const auto answer = world.get("/v1/selector?selector=" + sdk::percent_encode(selector));
  INFO(answer.text);
  return answer.body.at("matched").at("nodes");
}

TEST_CASE("a group is a selector with a name, and means what it says now", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  world.join("db1");
  const auto made = put(world, "front", "node:web*   or node:lb1");
  CHECK(made.at("selector") == "node:web* or node:lb1");
  CHECK(made.at("updated_by") == "admin");
  CHECK(matched(world, "group:front") == json{"web1"});
  CHECK(matched(world, "not group:front") == json{"db1"});
  put(world, "front", "node:db1", 200);
  CHECK(matched(world, "group:front") == json{"db1"});
  put(world, "both", "group:front or node:web1");
  CHECK(matched(world, "group:both") == json({"db1", "web1"}));
  CHECK(world.get("/v1/groups").body.at("groups").size() == 2);
  CHECK(world.get("/v1/groups/both").body.at("selector") == "group:front or node:web1");
  CHECK(world.on_loop([&] { return world.world().events_of("group.changed"); }) == 3);
}

TEST_CASE("a group that somebody else changed meanwhile is neither overwritten nor removed",
          "[integration][api]") {
  ApiWorld world;
  put(world, "front", "all");
  const auto change = [&](const std::string& method, const std::string& tag) {
    return world.ask(method, "/v1/groups/front",
                     method == "PUT" ? R"({"selector": "node:web1"})" : "", {{"If-Match", tag}});
  };
  const auto old = world.get("/v1/groups/front").header("etag");
  world.advance(std::chrono::seconds(1));
  const auto changed = change("PUT", old);
  CHECK(changed.status == 200);
  CHECK(changed.header("etag") != old);
  CHECK(world.get("/v1/groups/front").header("etag") == changed.header("etag"));
  for (const auto* method : {"PUT", "DELETE"}) {
    const auto refused = change(method, old);
    CHECK(refused.status == 412);
    CHECK(refused.reason() == "changed");
  }
  CHECK(change("PUT", changed.header("etag")).status == 200);
  CHECK(change("DELETE", "*").status == 204);
  CHECK(change("PUT", "*").status == 412);
  CHECK(world.get("/v1/groups").body.at("groups").empty());
}

TEST_CASE("what is strange about a group's selector is told when it is set", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  world.ask("PATCH", "/v1/nodes/web1", R"({"labels": {"role": "web"}})");
  const auto answer = world.ask("PUT", "/v1/groups/web", R"({"selector": "rloe=web"})");
  CHECK(answer.body.at("warnings") == json{"no node has a label rloe; did you mean role?"});
  const auto kept = world.get("/v1/groups/web");
  CHECK_FALSE(kept.body.contains("warnings"));
  CHECK(kept.header("etag") == answer.header("etag"));
  CHECK_FALSE(put(world, "front", "role=web").contains("warnings"));
  Cli muster(world);
  CHECK(muster("group set db 'ROLE=db'")
            .says("muster: warning: no node has a label ROLE; did you mean role?"));
}

TEST_CASE("a group is made only where there is none when the client wants a new one",
          "[integration][api]") {
  ApiWorld world;
  const auto make = [&](const std::string& tag) {
    return world.ask("PUT", "/v1/groups/front", R"({"selector": "all"})", {{"If-None-Match", tag}});
  };
  CHECK(make("*").status == 201);
  const auto refused = make("*");
  CHECK(refused.status == 412);
  CHECK(refused.reason() == "changed");
  CHECK(refused.body.at("detail") == "there is a group front already");
  CHECK(make("\"x\"").status == 400);
}

TEST_CASE("a change of a group waits for the one before, and is judged by what that made",
          "[integration][fleet]") {
  World world;
  const auto put = [&](const std::string& name, const std::string& selector) {
    world.groups->put({name, selector, "", 1, "ann"}, [](const auto&) {});
  };
  put("a", "all");
  put("b", "all");
  world.settle();
  std::vector<std::string> seen;
  const auto look = [&] { seen.push_back((*world.groups->find("a"))->selector); };
  REQUIRE(world.groups->in_turn([&] {
    look();
    put("a", "group:b");
  }));
  REQUIRE(world.groups->in_turn(look));  // changes nothing, and holds nobody up
  REQUIRE(world.groups->in_turn([&] {
    look();
    CHECK_FALSE(world.fleet->parse_group("b", "group:a"));
    world.groups->remove("a", [](const auto&) {});
  }));
  REQUIRE(
      world.groups->in_turn([&] { seen.emplace_back(world.groups->find("a") ? "a" : "none"); }));
  CHECK(seen == std::vector<std::string>{"all"});
  world.settle();
  CHECK(seen == std::vector<std::string>{"all", "group:b", "group:b", "none"});
}

TEST_CASE("a change of a group that could not be stored lets the next one go on",
          "[integration][fleet]") {
  World world;
  if (world.disk) return;
  world.groups->put({"kept", "all", "", 1, "ann"}, [](const auto&) {});
  world.settle();
  world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", "", true, {}});
  int ran = 0;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(world.groups->in_turn([&] {
      ++ran;
      world.groups->put({"a", "all", "", 1, "ann"}, [](const auto&) {});
    }));
  }
  world.groups->remove("kept", [](const auto&) {});
  world.settle();
  CHECK(ran == 2);
  CHECK_FALSE(world.groups->find("a"));
  CHECK(world.groups->find("kept"));
}

TEST_CASE("no more changes of groups wait than may", "[integration][fleet]") {
  World world;
  std::size_t ran = 0;
  const auto change = [&] {
    ++ran;
    world.groups->put({"a", "all", "", 1, "ann"}, [](const auto&) {});
  };
  for (std::size_t i = 0; i <= kMaxWaitingChanges; ++i) REQUIRE(world.groups->in_turn(change));
  const auto refused = world.groups->in_turn(change);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Unavailable);
  world.settle();
  CHECK(ran == kMaxWaitingChanges + 1);
}

TEST_CASE("who would change or remove a group behind too many others is told to come again",
          "[integration][api]") {
  ApiWorld world;
  world.on_loop([&] {
    auto& groups = *world.world().groups;
    world.world().store.hold_writes(true);
    for (std::size_t i = 0; i <= kMaxWaitingChanges; ++i) {
      CHECK(groups.in_turn([&groups] {
        groups.put({"a", "all", "", 1, "ann"}, [](const auto&) {});
      }));
    }
  });
  CHECK(world.ask("PUT", "/v1/groups/b", R"({"selector": "all"})").status == 503);
  CHECK(world.ask("DELETE", "/v1/groups/b").status == 503);
  world.on_loop([&] { world.world().store.hold_writes(false); });
}

TEST_CASE("two who change groups at once make none that is part of itself", "[integration][api]") {
  ApiWorld world;
  const auto change = [&](const std::string& name, const std::string& selector) {
    return world.ask("PUT", "/v1/groups/" + name, json{{"selector", selector}}.dump()).status;
  };
  for (int round = 0; round < 20; ++round) {
    put(world, "a", "all", round == 0 ? 201 : 200);
    put(world, "b", "all", round == 0 ? 201 : 200);
    auto first = std::async(std::launch::async, change, "a", "group:b");
    auto second = std::async(std::launch::async, change, "b", "group:a");
    CHECK(first.get() + second.get() == 200 + 400);
  }
}

TEST_CASE("a group that is not there is a slip in a selector, with a name that is near",
          "[integration][api]") {
  ApiWorld world;
  put(world, "production", "all");
  const auto refused = world.get("/v1/selector?selector=all%20and%20group:prodction").body;
  CHECK(refused.at("detail") == "there is no group prodction; did you mean production?");
  CHECK(refused.at("position") == "all and group:prodction\n              ^");
}

TEST_CASE("a group is refused that has no meaning or would be part of itself",
          "[integration][api]") {
  ApiWorld world;
  put(world, "a", "all");
  put(world, "b", "group:a and role=web");
  const auto itself = world.ask("PUT", "/v1/groups/a", R"({"selector": "group:b or canary"})");
  CHECK(itself.status == 400);
  CHECK(itself.reason() == "selector_syntax");
  CHECK(itself.body.at("detail").get<std::string>().find("part of itself") != std::string::npos);
  CHECK(world.ask("PUT", "/v1/groups/c", R"({"selector": "role="})").reason() == "selector_syntax");
  CHECK(world.ask("PUT", "/v1/groups/in", R"({"selector": "all"})").body.at("field") == "/name");
  CHECK(world.ask("PUT", "/v1/groups/c", R"({"doc": "x"})").body.at("field") == "/selector");
  const json long_doc{{"selector", "all"}, {"doc", std::string(kMaxGroupDoc + 1, 'x')}};
  CHECK(world.ask("PUT", "/v1/groups/c", long_doc.dump()).body.at("field") == "/doc");
  CHECK(world.get("/v1/groups").body.at("groups").size() == 2);
}

TEST_CASE("a group that others stand on is not removed", "[integration][api]") {
  ApiWorld world;
  put(world, "a", "all");
  put(world, "b", "not (role=web or group:a)");
  put(world, "c", "group:b");
  const auto refused = world.ask("DELETE", "/v1/groups/a");
  CHECK(refused.status == 409);
  CHECK(refused.body.at("detail") == "the group a is part of b, c; change or remove those first");
  CHECK(world.ask("DELETE", "/v1/groups/c").status == 204);
  CHECK(world.ask("DELETE", "/v1/groups/b").status == 204);
  CHECK(world.ask("DELETE", "/v1/groups/a").status == 204);
  CHECK(world.ask("DELETE", "/v1/groups/a").status == 404);
}

TEST_CASE("groups outlive the controller's restart and have a limit", "[integration][fleet]") {
  World world;
  for (std::size_t i = 0; i < kMaxGroups; ++i) {
    world.groups->put({"g" + std::to_string(i), "all", "", 1, "ann"}, [](const auto&) {});
  }
  world.settle();
  world.restart();
  CHECK(world.groups->all().size() == kMaxGroups);
  std::optional<Result<bool>> more;
  world.groups->put({"more", "all", "", 1, "ann"}, [&](const auto& done) { more = done; });
  world.groups->put({"g1", "not all", "", 1, "ann"}, [](const auto&) {});
  world.settle();
  CHECK(more->error().code == ErrorCode::ResourceExhausted);
  CHECK((*world.groups->find("g1"))->selector == "not all");
}

TEST_CASE("an operator uses groups and does not change them", "[integration][api]") {
  ApiWorld world;
  const auto token = world.token_of(Role::Operator);
  CHECK(world.ask_as(token, "PUT", "/v1/groups/a", R"({"selector": "all"})").status == 403);
  CHECK(world.ask_as(token, "GET", "/v1/groups").status == 200);
}

TEST_CASE("muster group makes, shows, lists and removes groups", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  CHECK(muster("group ls").says("muster group set"));
  CHECK(muster("group set front 'node:web* and not canary' --doc 'what customers see'").exit == 0);
  CHECK(muster("group ls").out.find("node:web* and not canary  what customers see") !=
        std::string::npos);
  CHECK(muster("group show front").out.find("selector explain group:front") != std::string::npos);
  CHECK(muster("group show front --json").parsed().at("doc") == "what customers see");
  CHECK(muster("node ls --on group:front").out.find("web1") != std::string::npos);
  const auto slip = muster("group set front 'node:web* and ('");
  CHECK(slip.exit == 2);
  CHECK(slip.says("^"));
  CHECK(muster("group rm frnt").exit == 3);
  CHECK(muster("group rm frnt").says("did you mean front?"));
  CHECK(muster("group rm front").exit == 0);
  CHECK(muster("group ls --json").parsed().at("groups").empty());
}

}  // namespace
}  // namespace muster::controller
