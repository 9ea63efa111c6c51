#include "session/node.hpp"

#include "executor_harness.hpp"

using namespace muster;
using wire::MessageType;

namespace {

struct FakeInventory final : agent::Inventory {
  [[nodiscard]] std::vector<wire::PluginInfo> plugins() const override {
    return {{"mock", "1.0.0", {}, "ready", 0, ""}};
  }
  [[nodiscard]] const Bytes* manifest(const wire::Digest& digest) const override {
    return digest == wire::Digest{} ? &json : nullptr;
  }
  Bytes json{'{', '}'};
};

struct World : test::ExecutorHarness {
  FakeInventory inventory;
  agent::EventOutbox events{*loop, uplink, metrics};
  agent::Node said = node_with({{"os.id", "debian"}});

  [[nodiscard]] agent::Node node_with(const agent::Facts& facts) {
    return {{node, "web9", "machine", "boot", "0.1.0", facts},
            *executor,
            events,
            inventory,
            uplink,
            *time,
            clock,
            log::Logger("test", log::Level::Debug, logged.sink(), clock)};
  }
  /// A session in which the controller wants the facts begins; what it is told.
  wire::Facts facts_told_by(agent::Node& one) {
    auto welcome_asking = welcome();
    welcome_asking.want_facts = true;
    one.began(welcome_asking);
    return uplink.all<wire::Facts>().at(0);
  }
};

}  // namespace

TEST_CASE("facts and manifests are sent when the controller wants them", "[unit][session]") {
  World world;
  auto welcome = world.welcome();
  SECTION("it has them") {
    world.said.began(welcome);
    CHECK(world.uplink.types().empty());
  }
  SECTION("it wants both, and one that is not here") {
    welcome.want_facts = true;
    wire::Digest unknown{};
    unknown.fill(1);
    welcome.wanted_manifests = {wire::Digest{}, unknown};
    world.said.began(welcome);
    CHECK(world.uplink.types() == std::vector{MessageType::Facts, MessageType::Manifest});
    CHECK(world.uplink.all<wire::Facts>()[0].digest == world.said.hello().facts);
  }
}

TEST_CASE("a plugin that changed between HELLO and WELCOME is told of after WELCOME",
          "[unit][session]") {
  World world;
  world.uplink.connected = false;
  world.said.plugins_changed();
  world.uplink.connected = true;
  world.said.began(world.welcome());
  CHECK(world.uplink.all<wire::Plugins>().size() == 1);
  world.said.began(world.welcome());
  CHECK(world.uplink.all<wire::Plugins>().size() == 1);
}

TEST_CASE("facts beyond what a message holds are cut or left out, with one warning",
          "[unit][session]") {
  World world;
  agent::Facts facts;
  const std::string long_value = std::string(4095, 'v') + "\xc3\xa4";  // across the limit
  facts["a.long"] = long_value;
  facts["a.raw"] = "caf\xe9";
  facts[std::string(257, 'b')] = "its name is too long";
  for (int i = 0; i < 600; ++i) facts["c" + std::to_string(i)] = "v";
  agent::Node node = world.node_with(facts);
  const auto told = world.facts_told_by(node);
  REQUIRE(world.uplink.left_out.empty());
  CHECK(told.facts.size() == 512);
  CHECK(told.facts.at("a.long") == std::string(4095, 'v'));
  CHECK(told.facts.at("a.raw") == "caf?");
  CHECK(told.digest == agent::digest_of({.facts = told.facts}));
  CHECK(node.hello().facts == told.digest);
  const auto lines = world.logged.entries();
  CHECK(std::count_if(lines.begin(), lines.end(), [](const auto& line) {
          return line.level == log::Level::Warn && line.field("left_out") == "91";
        }) == 1);
}

TEST_CASE("facts that each fit, but not one message, are left out from where it is full",
          "[unit][session]") {
  World world;
  agent::Facts facts;
  for (int i = 100; i < 100 + 512; ++i) facts["f" + std::to_string(i)] = std::string(4096, 'v');
  agent::Node node = world.node_with(facts);
  const auto told = world.facts_told_by(node);
  constexpr std::size_t kFit = (768U << 10U) / 4100;
  CHECK(told.facts.size() == kFit);
  CHECK(told.facts.contains("f100"));
  CHECK(wire::encode(told).size() < std::size_t{1} << 20U);
  CHECK(told.digest == agent::digest_of({.facts = told.facts}));
  const auto lines = world.logged.entries();
  CHECK(std::count_if(lines.begin(), lines.end(), [](const auto& line) {
          return line.level == log::Level::Warn &&
                 line.field("left_out") == std::to_string(512 - kFit);
        }) == 1);
}

TEST_CASE("events that waited go out when a session begins and when it has room again",
          "[unit][session]") {
  World world;
  world.uplink.connected = false;
  world.events.emit({"mock.a", "", 1, {}, "mock", "1"});
  world.uplink.connected = true;
  world.said.began(world.welcome());
  CHECK(world.uplink.all<wire::Event>().size() == 1);
  world.uplink.full = true;
  world.events.emit({"mock.b", "", 1, {}, "mock", "2"});
  CHECK(world.uplink.all<wire::Event>().size() == 1);
  world.uplink.full = false;
  world.said.has_room();
  CHECK(world.uplink.all<wire::Event>().size() == 2);
}

TEST_CASE("facts of plugins are told when they change, and the node's own stay as they are",
          "[unit][session]") {
  World world;
  world.said.began(world.welcome());
  const auto before = world.said.hello().facts;
  world.said.set_plugin_facts({.facts = {{"app.release", "2.4"}, {"os.id", "of a plugin"}}});
  REQUIRE(world.uplink.all<wire::Facts>().size() == 1);
  const auto told = world.uplink.all<wire::Facts>()[0];
  CHECK(told.facts ==
        std::map<std::string, std::string>{{"app.release", "2.4"}, {"os.id", "debian"}});
  CHECK(told.digest == world.said.hello().facts);
  CHECK(told.digest != before);
  world.said.set_plugin_facts({.facts = {{"app.release", "2.4"}}});
  CHECK(world.uplink.all<wire::Facts>().size() == 1);
}

TEST_CASE("facts that changed between HELLO and WELCOME are told after WELCOME",
          "[unit][session]") {
  World world;
  world.uplink.connected = false;
  world.said.set_plugin_facts({.facts = {{"app.release", "2.4"}}});
  world.uplink.connected = true;
  world.said.began(world.welcome());
  CHECK(world.uplink.all<wire::Facts>().size() == 1);
  world.said.began(world.welcome());
  CHECK(world.uplink.all<wire::Facts>().size() == 1);
}

TEST_CASE("facts that the agent finds changed are told, and stand before what plugins tell",
          "[unit][session]") {
  World world;
  world.said.set_plugin_facts({.facts = {{"os.id", "plan9"}, {"app.release", "2"}}});
  world.said.set_own_facts({{"os.id", "debian"}});  // as they were
  REQUIRE(world.uplink.all<wire::Facts>().size() == 1);
  world.said.set_own_facts({{"os.id", "debian"}, {"os.version", "13"}});
  const auto told = world.uplink.all<wire::Facts>();
  REQUIRE(told.size() == 2);
  CHECK(told[1].facts ==
        agent::Facts{{"app.release", "2"}, {"os.id", "debian"}, {"os.version", "13"}});
  CHECK(told[1].digest == world.said.hello().facts);
}

TEST_CASE("facts that could not be read again are told once, with their age", "[unit][session]") {
  World world;
  const auto read = world.clock.mono_now();
  const agent::Facts facts{{"app.release", "2"}, {"os.id", "plan9"}};
  world.said.set_plugin_facts({.facts = facts});
  const auto fresh = world.said.hello().facts;
  CHECK(world.uplink.all<wire::Facts>().at(0).ages.empty());
  world.clock.advance(std::chrono::minutes(5));
  // The second is the agent's own, and the third has gone.
  const agent::AgedFacts aged{facts, {{"app.release", read}, {"os.id", read}, {"app.x", read}}};
  world.said.set_plugin_facts(aged);
  world.said.set_plugin_facts(aged);
  const auto told = world.uplink.all<wire::Facts>();
  REQUIRE(told.size() == 2);
  CHECK(told[1].facts == told[0].facts);
  CHECK(told[1].ages ==
        std::map<std::string, std::chrono::milliseconds>{{"app.release", std::chrono::minutes(5)}});
  CHECK(world.said.hello().facts == told[1].digest);
  CHECK(told[1].digest != fresh);
  world.said.set_plugin_facts({.facts = facts});
  CHECK(world.uplink.all<wire::Facts>().at(2).ages.empty());
  CHECK(world.said.hello().facts == fresh);
}

TEST_CASE("the age of a fact is that at the time when it is told", "[unit][session]") {
  World world;
  world.uplink.connected = false;
  world.said.set_plugin_facts({{{"app.release", "2"}}, {{"app.release", world.clock.mono_now()}}});
  world.clock.advance(std::chrono::hours(2));
  world.uplink.connected = true;
  CHECK(world.facts_told_by(world.said).ages.at("app.release") == std::chrono::hours(2));
}
