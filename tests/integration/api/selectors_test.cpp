// What a selector means, asked of the API and of the program `muster`.
#include "fleet/node_registry.hpp"
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

/// web1 and web2, of which web1 alone has told its facts.
struct TwoNodes {
  TwoNodes() {
    auto& web1 = world.join("web1");
    world.join("web2");
    world.on_loop([&] {
      web1.say(
          wire::Facts{{}, {{"os.id", "debian"}, {"os.version", "12"}, {"cpu.arch", "x86_64"}}});
    });
  }
  json explain(const std::string& selector) {
    return world.get("/v1/selector?selector=" + sdk::percent_encode(selector)).body;
  }
  ApiWorld world;
};

TEST_CASE("a selector is explained with what it means, cannot decide about, and why",
          "[integration][api]") {
  TwoNodes fleet;
  CHECK(fleet.explain("node:web*  and( os.version>=12)") ==
        json{{"selector", "node:web* and os.version>=12"},
             {"total", 2},
             {"matched", {{"count", 1}, {"nodes", {"web1"}}}},
             {"unknown",
              {{"count", 1},
               {"reasons",
                {{{"why", "has not told the fact os.version"},
                  {"count", 1},
                  {"nodes", {"web2"}}}}}}}});
  CHECK(fleet.explain("node:web1").at("unknown") == json{{"count", 0}, {"reasons", json::array()}});
}

TEST_CASE("a fact that no node tells is a slip in a selector, with one that is near",
          "[integration][api]") {
  TwoNodes fleet;
  const auto refused = fleet.explain("role=web or os.versoin>12");
  CHECK(refused.at("reason") == "selector_syntax");
  CHECK(refused.at("detail") == "no node tells a fact os.versoin; did you mean os.version?");
  CHECK(refused.at("position") == "role=web or os.versoin>12\n            ^");
  ApiWorld empty;
  CHECK(empty.get("/v1/selector?selector=os.versoin").status == 200);
}

TEST_CASE("facts that were not told again for a day are stale", "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  agent.say(wire::Facts{{}, {{"os.id", "debian"}}});
  const auto selector = world.fleet->parse("os.id=debian and age(os.id)<1h").value();
  CHECK(world.fleet->select(selector)->matched.size() == 1);
  world.advance(kFactsLife + std::chrono::seconds(1));
  CHECK(world.fleet->select(selector)->matched.empty());
  const auto fresh = world.fleet->parse("os.id=debian").value();
  CHECK(world.fleet->select(fresh)->unknown.size() == 1);
  agent.connect();  // with the digest that stands for the same facts
  CHECK(world.fleet->select(selector)->matched.size() == 1);
}

TEST_CASE("the facts of a node that stays connected are fresh", "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  agent.say(wire::Facts{{}, {{"os.id", "debian"}}});
  const auto selector = world.fleet->parse("age(os.id)<1m").value();
  for (int minute = 0; minute < 5; ++minute) {
    world.advance(std::chrono::seconds(15));
    agent.say(wire::Heartbeat{});
  }
  CHECK(world.fleet->select(selector)->matched.size() == 1);
}

TEST_CASE("a selector that takes too long over the fleet is given up", "[integration][fleet]") {
  NodeRegistry nodes;
  for (std::uint8_t i = 0; i < 64; ++i) {
    NodeRecord record;
    record.id = NodeId::random();
    record.name = "web" + std::to_string(i);
    record.transport_key[0] = i;
    nodes.add(std::move(record));
  }
  const auto all = selector::Selector::parse("all").value();
  CHECK(nodes.select(all, {}, [] { return true; })->matched.size() == 64);
  CHECK(nodes.select(all, {}, [] { return false; }).error().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("names in a selector that do not exist are told, also where they leave out",
          "[integration][cli]") {
  TwoNodes fleet;
  Cli muster(fleet.world);
  for (const auto& [selector, warning] : std::vector<std::pair<std::string, std::string>>{
           {"not node:wbe1", "no node is named wbe1; did you mean web1?"},
           {"node!=wbe1", "no node is named wbe1"},
           {"node not in (web1, wbe2)", "no node is named wbe2"},
           {"not cannary", "no node has a label cannary"},
           {"web1 or all", "no node has a label web1; did you mean node:web1?"}}) {
    INFO(selector);
    const auto explained = muster("selector explain '" + selector + "'");
    CHECK(explained.says("warning: " + warning));
    CHECK(muster("run test.change --detach --on '" + selector + "'").says("warning: " + warning));
  }
  CHECK(muster("run test.change --detach --on os.id=debian")
            .says("warning: 1 node is left out because it has not told what it asks for"));
  CHECK_FALSE(muster("selector explain node:web*").says("warning"));
}

TEST_CASE("muster selector explain prints it for people", "[integration][cli]") {
  TwoNodes fleet;
  Cli muster(fleet.world);
  const auto ran = muster("selector explain 'os.id=debian'");
  CHECK(ran.exit == 0);
  CHECK(ran.out ==
        "selector  os.id=debian\n"
        "matches   1: web1\n"
        "unknown   1, left out\n"
        "          has not told the fact os.id  1: web2\n"
        "of        2 nodes\n");
  CHECK(muster("selector explain node:db1").exit == 3);
  CHECK(muster("selector explain 'role='").says("role=\n     ^"));
  CHECK(muster("selector explain").exit == 2);
}

TEST_CASE("a target as Salt writes it is taken with -C", "[integration][cli]") {
  TwoNodes fleet;
  Cli muster(fleet.world);
  const auto explained = muster("selector explain -C 'G@os:Debian and web*' --json");
  CHECK(explained.parsed().at("selector") == "os.id=debian and node:web*");
  const auto listed = muster("node ls -C 'L@web2,web3' --json").parsed().at("nodes");
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].at("name") == "web2");
  CHECK(muster("node ls -C web1 --on web2").says("give one of them"));
  CHECK(muster("run test.change -C 'I@role:web'").says("label the nodes"));
  CHECK(muster("run test.change --on all -C web1").exit == 2);
}

TEST_CASE("muster takes names of nodes from a file or standard input for a selector",
          "[integration][cli]") {
  ApiWorld world;
  for (const auto* name : {"web1", "web2", "db1"}) world.join(name);
  Cli muster(world);
  const auto file = (muster.dir_ / "names").string();
  REQUIRE(write_file_atomic(file, as_bytes("web1\ndb1\n")));
  CHECK(muster("node ls --on @" + file + " --json").parsed().at("nodes").size() == 2);
  CHECK(muster("node ls --on @- --json <" + file).parsed().at("nodes").size() == 2);
  CHECK(muster("selector explain @" + file).out.find("matches   2: db1, web1") !=
        std::string::npos);
  REQUIRE(write_file_atomic(file, as_bytes("web1\nweb8\n")));
  CHECK(muster("node ls --on @" + file).says("no node is named web8"));
  CHECK(muster("run test.change --detach --on @nowhere").exit == 2);
  CHECK(muster("selector explain ''").says("the selector is empty; write all for every node"));
}

}  // namespace
}  // namespace muster::controller
