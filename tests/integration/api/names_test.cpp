// The names that completion asks for.
#include "api_world.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

json name(const std::string& text, int nodes = 1) { return {{"name", text}, {"nodes", nodes}}; }

TEST_CASE("nodes, facts and their values are named, and what stands for too many of them",
          "[integration][api]") {
  ApiWorld world;
  world.join("db1");
  for (const auto* node : {"web1", "web2", "web3"}) {
    auto& agent = world.join(node);
    world.on_loop([&] { agent.say(wire::Facts{{}, {{"os.id", "debian"}}}); });
  }
  const auto all = world.get("/v1/names?kind=node&prefix=web").body;
  CHECK(all.at("names") == json::array({name("web1"), name("web2"), name("web3")}));
  CHECK(all.at("prefixes").empty());
  const auto two = world.get("/v1/names?kind=node&limit=2").body;
  CHECK(two.at("names") == json::array({name("db1")}));
  CHECK(two.at("prefixes") == json::array({json{{"prefix", "web"}, {"names", 3}}}));
  CHECK(world.get("/v1/names?kind=fact&prefix=os").body.at("names") ==
        json::array({name("os.id", 3)}));
  CHECK(world.get("/v1/names?kind=fact&of=os.id").body.at("names") ==
        json::array({name("debian", 3)}));
  CHECK(world.get("/v1/names?kind=label&of=os.id").body.at("names").empty());
}

TEST_CASE("jobs are named by the beginning of their ids", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto id = world.create_job();
  const auto found = [&](const std::string& prefix) {
    return world.get("/v1/names?kind=job&prefix=" + prefix).body.at("names");
  };
  for (const std::size_t size : {4, 8, 9, 35, 36}) {
    CHECK(found(id.substr(0, size)) == json::array({name(id)}));
  }
  const auto other = std::string(1, id[0] == '0' ? '1' : '0') + id.substr(1, 5);
  for (const auto& prefix : {other, id + "0", std::string("zzzz"), id.substr(0, 8) + "0"}) {
    CHECK(found(prefix).empty());
  }
}

TEST_CASE("what names are asked of is checked, and so is how many", "[integration][api]") {
  ApiWorld world;
  for (const auto& query : std::vector<std::string>{
           "", "?kind=job&prefix=7c1", "?kind=plugin", "?kind=node&of=role", "?kind=node&limit=0",
           "?kind=node&limit=1001", "?kind=node&prefix=" + std::string(257, 'x'),
           "?kind=label&of=" + std::string(257, 'x')}) {
    INFO(query);
    CHECK(world.get("/v1/names" + query).status == 400);
  }
}

}  // namespace
}  // namespace muster::controller
