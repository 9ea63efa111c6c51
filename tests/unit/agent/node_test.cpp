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
  agent::Node said{{node, "web9", "machine", "boot", "0.1.0", {{"os.id", "debian"}}},
                   *executor,
                   inventory,
                   uplink,
                   *time,
                   log::Logger("test", log::Level::Debug, logged.sink(), clock)};
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
