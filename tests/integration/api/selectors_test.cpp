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

TEST_CASE("a bound that is no number is said to be none, and so is a value", "[integration][api]") {
  TwoNodes fleet;
  const auto why = [&](const std::string& selector) {
    const auto explained = fleet.explain(selector);
    CHECK(explained.at("matched").at("count") == 0);
    return explained.at("unknown").at("reasons").at(0);
  };
  CHECK(why("node:web1 and os.version>=twelve") ==
        json{{"why", "its os.version cannot be compared with twelve"},
             {"count", 1},
             {"nodes", {"web1"}}});
  CHECK(why("node:web1 and os.id>=12").at("why") == "its os.id is no number");
  CHECK(why("node:web1 and cpu.arch>=12").at("why") == "its cpu.arch is no number");
}

TEST_CASE("who runs with a bound that is no number is told so", "[integration][cli]") {
  TwoNodes fleet;
  Cli muster(fleet.world);
  const std::string bound = "os.version on web1 cannot be compared with 8gigs";
  const auto none = muster("run test.change --detach --on 'os.version>=8gigs'");
  CHECK(none.exit == 3);
  CHECK(none.says(bound));
  for (const auto* line : {"run test.change --detach --on 'node:web2 or os.version>8gigs'",
                           "node ls --on 'node:web2 or os.version>8gigs'"}) {
    INFO(line);
    const auto ran = muster(line);
    CHECK(ran.says("warning: " + bound));
    CHECK(ran.says("1 node is left out because the selector cannot decide about it"));
  }
  CHECK(muster("run test.change --detach --include-unknown --on 'os.version>8gigs'").says(bound));
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

TEST_CASE("a fact that its node could not read again is as old as it says, whatever the others are",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  agent.say(wire::Facts{{},
                        {{"os.id", "debian"}, {"app.release", "2"}, {"app.mode", "a"}},
                        {{"app.release", kFactsLife - std::chrono::seconds(20)},
                         {"app.mode", std::chrono::hours(24 * 4000)},
                         {"app.other", std::chrono::hours(1)}}});
  const auto matches = [&](const std::string& text) {
    return world.fleet->select(world.fleet->parse(text).value())->matched.size() == 1;
  };
  CHECK(matches("age(app.release)>23h and age(os.id)<1m"));
  CHECK(matches("app.release=2"));
  CHECK(matches("age(app.mode)>=365d and age(app.mode)<366d"));
  CHECK(world.fleet->find("web1").value()->record.facts_older.size() == 2);
  for (int beat = 0; beat < 2; ++beat) {
    world.advance(std::chrono::seconds(15));
    agent.say(wire::Heartbeat{});
  }
  CHECK(matches("os.id=debian and age(os.id)<1m"));
  CHECK_FALSE(matches("app.release=2"));
  agent.say(wire::Facts{{}, {{"os.id", "debian"}, {"app.release", "2"}}});
  CHECK(matches("app.release=2 and age(app.release)<1m"));
}

TEST_CASE("how old a fact is outlives the controller", "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  agent.say(wire::Facts{
      {}, {{"os.id", "debian"}, {"app.release", "2"}}, {{"app.release", std::chrono::hours(25)}}});
  world.settle();
  world.restart();
  const auto one = [&](const std::string& text) {
    return world.fleet->select(world.fleet->parse(text).value()).value();
  };
  CHECK(one("app.release=2").unknown.size() == 1);
  CHECK(one("os.id=debian").matched.size() == 1);
  agent.connect();  // with the digest that stands for the same facts
  CHECK(one("app.release=2").unknown.size() == 1);
}

TEST_CASE("a selector's explanation and the node tell how old a fact is", "[integration][cli]") {
  TwoNodes fleet;
  auto& web3 = fleet.world.join("web3");
  fleet.world.on_loop([&] {
    web3.say(wire::Facts{
        {},
        {{"os.id", "debian"}, {"app.release", "2"}, {"app.mode", "a"}},
        {{"app.release", std::chrono::hours(72)}, {"app.mode", std::chrono::hours(25)}}});
  });
  const auto reason_of = [&](const std::string& selector) {
    return fleet.explain(selector).at("unknown").at("reasons").at(0).at("why");
  };
  CHECK(reason_of("node:web3 and app.release=2") == "has not told the fact app.release for 3 days");
  CHECK(reason_of("node:web3 and app.mode=a") == "has not told the fact app.mode for a day");
  Cli muster(fleet.world);
  CHECK(muster("selector explain 'node:web3 and app.release=2'")
            .out.find("has not told the fact app.release for 3 days  1: web3\n") !=
        std::string::npos);
  const auto node = fleet.world.get("/v1/nodes/web3").body;
  CHECK(node.at("facts_told") == "2023-11-14T22:13:21.000Z");
  const json older{{"app.mode", "2023-11-13T21:13:21.000Z"},
                   {"app.release", "2023-11-11T22:13:21.000Z"}};
  CHECK(node.at("facts_older") == older);
  CHECK_FALSE(fleet.world.get("/v1/nodes/web1").body.contains("facts_older"));
  CHECK(muster("node facts web3 --json").parsed().at("facts_older") == older);
  const auto days_after = [](const std::string& out, const std::string& text) {
    const auto at = out.find(text);
    REQUIRE(at != std::string::npos);
    return std::stoi(out.substr(at + text.size()));
  };
  // The world's time is of long ago.
  const auto facts = muster("node facts web3").out;
  CHECK(days_after(facts, "\napp.release  ") == days_after(facts, "\nos.id        ") + 3);
  const auto shown = muster("node show web3").out;
  CHECK(days_after(shown, "app.release = 2  (") == days_after(shown, "facts, as it said ") + 3);
  CHECK(shown.find("os.id = debian\n") != std::string::npos);
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

TEST_CASE("what a selector leaves out and no node is, is told", "[integration][api]") {
  TwoNodes fleet;
  fleet.world.ask("PATCH", "/v1/nodes/web1", R"({"labels": {"role": "web"}})");
  fleet.world.ask("PUT", "/v1/groups/none", R"({"selector": "node:db*"})");
  const std::string begin = "nothing is left out by ";
  for (const auto& [selector, warning] : std::vector<std::pair<std::string, std::string>>{
           {"role!=wbe", "role=wbe, because no node is that; did you mean web?"},
           {"not role=Web", "role=Web, because no node is that; did you mean web?"},
           {"role not in (web, \"web,db\")", "role=\"web,db\", because no node is that"},
           {"role!~Web", "role=~\"Web\", because no node is that"},
           {"node!=wbe*", "node:wbe*, because no node is that"},
           {"not (node:web1 and os.id=Debian)",
            "os.id=Debian, because no node is that; did you mean debian?"},
           {"node:web1 and not os.version>12", "os.version>12, because no node is that"},
           {"not group:none", "group:none, because no node is that"}}) {
    INFO(selector);
    CHECK(fleet.explain(selector).at("warnings") == json{begin + warning});
  }
  for (const auto* selector :
       {"not role=web", "node!=web1", "not os.id=debian", "not last(job)=ok", "role=wbe or all",
        "not cidr(10.0.0.0/8)"}) {  // of which no node has told anything
    INFO(selector);
    CHECK_FALSE(fleet.explain(selector).contains("warnings"));
  }
  Cli muster(fleet.world);
  CHECK(muster("run test.change --detach --on 'role!=wbe'").says("warning: " + begin));
  CHECK(muster("group set most 'role!=wbe'").says("warning: " + begin));
}

TEST_CASE("addresses that are compared as a text are asked for with cidr()", "[integration][api]") {
  ApiWorld world;
  auto& web1 = world.join("web1");
  world.on_loop([&] { web1.say(wire::Facts{{}, {{"net.addresses", "10.1.2.3,fd00::1"}}}); });
  const auto warnings =
      world.get("/v1/selector?selector=net.addresses!%3D10.1.2.3").body.at("warnings");
  CHECK(warnings == json{"nothing is left out by net.addresses=10.1.2.3, because no node is that; "
                         "addresses are asked for with cidr()"});
}

TEST_CASE("a selector that turns out to mean every node of a fleet says so", "[integration][api]") {
  ApiWorld world;
  for (int i = 1; i <= 10; ++i) world.join("web" + std::to_string(i));
  world.ask("PATCH", "/v1/nodes/web1", R"({"labels": {"role": "db"}})");
  const auto explain = [&](const std::string& selector) {
    const auto answer = world.get("/v1/selector?selector=" + sdk::percent_encode(selector)).body;
    return answer.value("warnings", std::vector<std::string>());
  };
  const std::vector<std::string> all{"the selector means every node of the fleet, all 11"};
  CHECK(explain("node=~\"web|\"").empty());  // everybody sees that these are all
  world.join("web11");
  CHECK(explain("node=~\"web|\"") == all);
  CHECK(explain("role!=db or not node:web2") == all);
  CHECK(explain("role!=db").empty());
  for (const auto* plain : {"all", "node:web*", "node in (web*) or role=db"}) {
    INFO(plain);
    CHECK(explain(plain).empty());
  }
}

TEST_CASE("who asks for the last tasks of nodes is told of what was before the job",
          "[integration][api]") {
  ApiWorld world;
  auto& web1 = world.join("web1");
  world.create_job();
  world.finish_tasks(web1, TaskState::Failed);
  const auto made =
      world.post("/v1/jobs", {{"operation", "test.change"}, {"selector", "last(job)=failed"}});
  CHECK(made.status == 201);
  CHECK_FALSE(made.body.contains("warnings"));
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
