#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

/// The route's pattern with something in the place of each parameter.
std::string some_path(std::string pattern) {
  for (auto open = pattern.find('{'); open != std::string::npos; open = pattern.find('{')) {
    pattern.replace(open, pattern.find('}') - open + 1, "7c1e2a58-0000-4000-8000-000000000000");
  }
  return pattern;
}

TEST_CASE("every route but the public ones refuses a request without a good token",
          "[integration][api]") {
  ApiWorld world;
  for (const auto& route : world.routes()) {
    if (!route.needs.action) continue;
    INFO(route.method << " " << route.pattern);
    const auto without = world.ask_as("", route.method, some_path(route.pattern));
    CHECK(without.status == 401);
    CHECK(without.reason() == "no_token");
    CHECK(without.header("content-type") == "application/problem+json");
    CHECK(without.header("www-authenticate") == "Bearer");
    const auto wrong = world.ask_as("nonsense", route.method, some_path(route.pattern));
    CHECK(wrong.status == 401);
    CHECK(wrong.reason() == "bad_token");
  }
}

TEST_CASE("the name of the scheme in front of a token has no case", "[integration][api]") {
  ApiWorld world;
  const auto token = world.token_of(Role::Viewer);
  auto client = world.client("");
  const auto status_with = [&](const std::string& scheme) {
    return client.request("GET", "/v1/status", {{"Authorization", scheme + token}}).value().status;
  };
  CHECK(status_with("Bearer ") == 200);
  CHECK(status_with("bearer ") == 200);
  CHECK(status_with("BEARER ") == 200);
  CHECK(status_with("Basic ") == 401);
}

TEST_CASE("a viewer reads everything and changes nothing", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto viewer = world.token_of(Role::Viewer);
  for (const auto* path :
       {"/metrics", "/v1/status", "/v1/nodes", "/v1/nodes/web1", "/v1/plugins", "/v1/jobs"}) {
    INFO(path);
    CHECK(world.ask_as(viewer, "GET", path).status == 200);
  }
  const std::string job = R"({"operation": "test.change", "selector": "all"})";
  const auto refused = world.ask_as(viewer, "POST", "/v1/jobs", job);
  CHECK(refused.status == 403);
  CHECK(refused.reason() == "denied");
  CHECK(world.ask_as(viewer, "POST", "/v1/enrollment-tokens", "{}").status == 403);
  CHECK(world.on_loop([&] { return world.world().jobs->open_jobs(); }) == 0);
}

TEST_CASE("the CA is public and is the one that signed the server", "[integration][api]") {
  ApiWorld world;
  const auto ca = world.ask_as("", "GET", "/v1/ca");
  CHECK(ca.status == 200);
  CHECK(ca.header("content-type") == "application/x-pem-file");
  CHECK(ca.text.find("BEGIN CERTIFICATE") != std::string::npos);
  CHECK(ca.text.find("PRIVATE") == std::string::npos);
}

TEST_CASE("the status counts nodes by presence", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto status = world.get("/v1/status");
  CHECK(status.status == 200);
  CHECK(status.body.at("nodes") ==
        json{{"total", 1}, {"online", 1}, {"suspect", 0}, {"offline", 0}, {"drained", 0}});
  CHECK(status.body.at("jobs").at("running") == 0);
  CHECK(status.body.at("gateways").at(0).at("connected") == true);
}

TEST_CASE("the status names nodes whose identity another machine has", "[integration][api]") {
  ApiWorld world;
  world.join("web2");
  CHECK(world.get("/v1/status").body.at("clones") == json{{"count", 0}, {"nodes", json::array()}});
  for (int i = 0; i <= 100; ++i) {
    auto& agent = world.join("db" + std::to_string(1000 + i));
    const auto answer = world.on_loop([&] { return agent.hello("copy " + std::to_string(i)); });
    CHECK(answer == wire::MessageType::Refused);
  }
  const auto clones = world.get("/v1/status").body.at("clones");
  CHECK(clones.at("count") == 101);
  REQUIRE(clones.at("nodes").size() == 100);
  CHECK(clones.at("nodes").at(7).at("node") == "db1007");
  CHECK(clones.at("nodes").at(7).at("machine_id") == "copy 7");
  CHECK(clones.at("nodes").at(7).at("refused").is_string());
}

TEST_CASE("nodes are listed, selected, and shown by name and by id", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  world.join("web2");
  CHECK(world.get("/v1/nodes").body.at("nodes").size() == 2);
  const auto one = world.get("/v1/nodes?selector=node%3Aweb2");
  REQUIRE(one.body.at("nodes").size() == 1);
  const auto& node = one.body.at("nodes").at(0);
  CHECK(node.at("name") == "web2");
  CHECK(node.at("plugins").at(0).at("id") == "test");
  CHECK(world.get("/v1/nodes/web2").body == node);
  CHECK(world.get("/v1/nodes/" + node.at("id").get<std::string>()).body == node);
  CHECK(world.get("/v1/nodes?selector=node%3Anone").body.at("nodes").empty());

  const auto missing = world.get("/v1/nodes/web9");
  CHECK(missing.status == 404);
  CHECK(missing.reason() == "no_such_thing");
  CHECK(world.get("/v1/nodes/%ff%fe").status == 404);
}

TEST_CASE("nodes are listed page by page, each once", "[integration][api]") {
  ApiWorld world;
  for (const auto* name : {"b", "d", "a", "c", "e"}) world.join(name);
  const auto names_on = [&](const std::string& query) {
    const auto page = world.get("/v1/nodes" + query);
    REQUIRE(page.status == 200);
    std::string names;
    for (const auto& node : page.body.at("nodes")) names += node.at("name");
    return names +
           (page.body.contains("next") ? ">" + page.body.at("next").get<std::string>() : "");
  };
  CHECK(names_on("") == "abcde");
  CHECK(names_on("?limit=2") == "ab>b");
  CHECK(names_on("?limit=2&after=b") == "cd>d");
  CHECK(names_on("?limit=2&after=d") == "e");
  CHECK(names_on("?limit=5") == "abcde");
  CHECK(names_on("?after=e").empty());
  CHECK(names_on("?after=bb&limit=1") == "c>c");  // of a node that is gone
  CHECK(names_on("?selector=not%20node%3Ac&limit=2&after=b") == "de");
  for (const auto* limit : {"0", "1001", "x"}) {
    CHECK(world.get(std::string("/v1/nodes?limit=") + limit).body.at("field") == "/limit");
  }
}

TEST_CASE("a large fleet is listed a thousand nodes at once, and whole by the program",
          "[integration][api][cli]") {
  constexpr int kNodes = 2001;
  ApiWorld world;
  world.on_loop([&] {
    for (int i = 0; i < kNodes; ++i) Agent(world.world(), "web" + std::to_string(10'000 + i));
  });
  const auto page = world.get("/v1/nodes");
  CHECK(page.body.at("nodes").size() == 1000);
  CHECK(page.body.at("next") == "web10999");
  Cli muster(world);
  CHECK(muster("node ls --json").parsed().at("nodes").size() == kNodes);
}

TEST_CASE("a selector that does not parse is answered with its place", "[integration][api]") {
  ApiWorld world;
  const auto bad = world.get("/v1/nodes?selector=all%20and");
  CHECK(bad.status == 400);
  CHECK(bad.reason() == "selector_syntax");
  CHECK(bad.body.at("position").get<std::string>().find('^') != std::string::npos);
  const auto deep = world.get("/v1/nodes?selector=" + std::string(100, '(') + "all");
  CHECK(deep.status == 400);
  CHECK(deep.reason() == "selector_syntax");
}

TEST_CASE("plugins are listed, and one is shown with its manifest", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto list = world.get("/v1/plugins").body.at("plugins");
  REQUIRE(list.size() == 1);
  CHECK(list.at(0).at("id") == "test");
  CHECK(list.at(0).at("operations") ==
        json{"test.change", "test.danger", "test.read", "test.secret"});
  CHECK(list.at(0).at("nodes") == 1);
  const auto one = world.get("/v1/plugins/test");
  CHECK(one.status == 200);
  CHECK(one.body.at("manifest").at("operations").contains("test.read"));
  CHECK(world.get("/v1/plugins/tset").status == 404);
}

TEST_CASE("what is not in the API says so", "[integration][api]") {
  ApiWorld world;
  CHECK(world.get("/v2/status").reason() == "no_such_route");
  CHECK(world.get("/").status == 404);
  const auto method = world.ask("DELETE", "/v1/jobs");
  CHECK(method.status == 405);
  CHECK(method.reason() == "method");
  CHECK(method.header("allow") == "POST, GET, HEAD");
}

TEST_CASE("query parameters that a route does not know, or gets twice, are refused by name",
          "[integration][api]") {
  ApiWorld world;
  const auto unknown = world.get("/v1/nodes?selectr=all");
  CHECK(unknown.status == 400);
  CHECK(unknown.body.at("field") == "/selectr");
  CHECK(world.get("/v1/nodes?selector=all&selector=all").body.at("field") == "/selector");
  CHECK(world.get("/v1/status?x").status == 400);
}

TEST_CASE("what a client has already is not sent again", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto job = world.create_job();
  for (const auto& path : {std::string("/v1/nodes/web1"), std::string("/v1/plugins/test"),
                           "/v1/jobs/" + job, std::string("/v1/openapi.json")}) {
    INFO(path);
    const auto first = world.get(path);
    const auto tag = first.header("etag");
    REQUIRE(first.status == 200);
    REQUIRE(tag.size() == 24);
    for (const auto& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
      const auto same = world.ask("GET", path, "", {{"If-None-Match", known}});
      CHECK(same.status == 304);
      CHECK(same.header("etag") == tag);
      CHECK(same.text.empty());
    }
    CHECK(world.ask("GET", path, "", {{"If-None-Match", "\"other\""}}).status == 200);
  }
  const auto before = world.get("/v1/jobs/" + job).header("etag");
  world.post("/v1/jobs/" + job + "/cancel", json::object());
  world.advance(std::chrono::minutes(5));
  CHECK(world.ask("GET", "/v1/jobs/" + job, "", {{"If-None-Match", before}}).status == 200);
}

TEST_CASE("a token that asks too often has to wait, and the others need not",
          "[integration][api]") {
  ApiWorld world(3);
  const auto other = world.token_of(Role::Viewer);
  for (int i = 0; i < 6; ++i) CHECK(world.get("/v1/status").status == 200);
  const auto limited = world.get("/v1/status");
  CHECK(limited.status == 429);
  CHECK(limited.reason() == "too_often");
  CHECK(limited.header("retry-after") == "1");
  CHECK(world.post("/v1/enrollment-tokens", json::object()).status == 429);
  CHECK(world.ask_as(other, "GET", "/v1/status").status == 200);
  CHECK(world.ask_as("", "GET", "/v1/ca").status == 200);
  CHECK(world.ask_as(other, "GET", "/metrics").text.find("muster_api_refused_requests_total 2") !=
        std::string::npos);
  world.advance(std::chrono::seconds(1));
  for (int i = 0; i < 3; ++i) CHECK(world.get("/v1/status").status == 200);
  CHECK(world.get("/v1/status").status == 429);
}

TEST_CASE("HEAD answers like GET, without a body", "[integration][api]") {
  ApiWorld world;
  const auto head = world.ask("HEAD", "/v1/status");
  CHECK(head.status == 200);
  CHECK(head.header("content-type") == "application/json");
  CHECK(head.text.empty());
}

TEST_CASE("a body over the limit is refused", "[integration][api]") {
  ApiWorld world;
  const auto big = world.ask("POST", "/v1/jobs", std::string((std::size_t{2} << 20U) + 1, ' '));
  CHECK(big.status == 413);
  CHECK(world.get("/v1/status").status == 200);
}

TEST_CASE("strangers are refused before they have sent a large body", "[integration][api]") {
  ApiWorld world;
  const std::string large(std::size_t{20} << 20U, ' ');
  CHECK(world.ask_as("", "POST", "/v1/jobs", large).reason() == "no_token");
  CHECK(world.ask_as("nonsense", "POST", "/v1/jobs", large).reason() == "bad_token");
  CHECK(world.ask_as("nonsense", "POST", "/v1/jobs", "{}").reason() == "bad_token");
  CHECK(world.ask("POST", "/v1/jobs", large).status == 413);
  const std::string medium(std::size_t{100} << 10U, ' ');
  CHECK(world.ask_as("", "POST", "/v1/enroll", medium).status == 413);
  CHECK(world.ask("POST", "/v1/jobs", medium + "{}").reason() == "bad_request");
}

}  // namespace
}  // namespace muster::controller
