// How long manifests are kept, what looking for them costs, and how much one node may have of them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "fleet/inventory.hpp"
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

/// One that is different for each number, with that many bytes more than it needs.
std::string manifest_text(int number, std::size_t more = 0) {
  auto manifest = nlohmann::json::parse(test_manifest());
  manifest["version"] = std::to_string(number) + ".0.0";
  return manifest.dump() + std::string(more, ' ');
}

std::vector<wire::PluginInfo> naming(const Digest& digest) {
  return {{"test", "1.0.0", digest, "ready", 0, ""}};
}

TEST_CASE("what the store holds and no node names is removed when the controller starts",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto stale = crypto::sha256(as_bytes("{}"));
  world.kept().put_manifest(stale, "{}", nullptr);
  world.settle();
  REQUIRE(world.kept().manifest(stale));
  world.restart();
  CHECK_FALSE(world.kept().manifest(stale));
  CHECK(world.kept().manifest(test_manifest_digest()));
}

TEST_CASE("a HELLO reads no manifest that it names, and each that nodes name is read once",
          "[integration][fleet]") {
  World world;
  Inventory inventory(world.store, world.log, world.clock);
  const auto digest = test_manifest_digest();
  world.store.put_manifest(digest, test_manifest(), nullptr);
  world.settle();
  const auto before = world.store.manifests_read();
  for (int i = 0; i < 3; ++i) CHECK(inventory.wanted(naming(digest), 10).size() == 1);
  CHECK(world.store.manifests_read() == before);
  inventory.renamed({}, naming(digest));
  const auto other = naming(crypto::sha256(as_bytes("made up")));
  inventory.renamed({}, other);
  for (int i = 0; i < 3; ++i) {
    CHECK(inventory.wanted(naming(digest), 10).empty());
    CHECK(inventory.wanted(other, 10).size() == 1);
  }
  CHECK(world.store.manifests_read() == before + 2);
}

TEST_CASE("one node cannot use up the room for manifests of all", "[integration][fleet]") {
  World world;
  std::vector<std::string> texts;
  std::vector<Digest> digests;
  std::vector<wire::PluginInfo> plugins;
  for (int i = 1; i <= 4; ++i) {
    texts.push_back(manifest_text(i));
    digests.push_back(crypto::sha256(as_bytes(texts.back())));
    plugins.push_back(naming(digests.back())[0]);
  }
  ManifestLimits limits;
  CHECK(limits.node_count == 256);
  CHECK(limits.node_bytes == 4'194'304);
  if (GENERATE(true, false)) {
    limits.node_count = 2;
  } else {
    limits.node_bytes = config::kMaxManifestBytes + texts[0].size() * 2 - 1;
  }
  Inventory inventory(world.store, world.log, world.clock, limits);
  const auto add = [&](std::size_t i) {
    return inventory.add(plugins, digests[i], as_bytes(texts[i]));
  };
  inventory.renamed({}, plugins);
  CHECK(add(0));
  CHECK(inventory.wanted(plugins, 10).size() == 3);
  CHECK(add(1));
  CHECK(inventory.wanted(plugins, 10).empty());
  const auto third = add(2);
  REQUIRE_FALSE(third);
  CHECK(third.error().code == ErrorCode::ResourceExhausted);
  CHECK(inventory.find(digests[2]) == nullptr);
  // What another node names too is not counted for this one.
  inventory.renamed({}, naming(digests[0]));
  CHECK(inventory.wanted(plugins, 10).size() == 2);
  CHECK(add(2));
  CHECK_FALSE(add(3));
}

TEST_CASE("a manifest beyond a node's share is told of once, and the session goes on",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  std::vector<std::string> texts;
  wire::Plugins plugins;
  for (int i = 1; i <= 20; ++i) {
    texts.push_back(manifest_text(i, 230'000));
    plugins.plugins.push_back(naming(crypto::sha256(as_bytes(texts.back())))[0]);
  }
  agent.say(plugins);
  for (const auto& text : texts) {
    agent.say(wire::Manifest{crypto::sha256(as_bytes(text)), to_bytes(as_bytes(text))});
  }
  CHECK(world.fleet->manifests() == 18);  // with which less than 256 KiB of the 4 MiB are left
  CHECK(world.fleet->connected(agent.id()));
  const auto entries = world.said.entries();
  CHECK(std::count_if(entries.begin(), entries.end(), [](const log::Entry& entry) {
          return entry.sentence.find("manifest was not taken") != std::string::npos;
        }) == 1);
}

}  // namespace
}  // namespace muster::controller
