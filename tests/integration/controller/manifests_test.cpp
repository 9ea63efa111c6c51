// What nodes declare decides for themselves alone.
#include <nlohmann/json.hpp>

#include "fleet/inventory.hpp"
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

/// The agents' manifest with test.change as `operation` declares it.
std::string manifest_with(const json& operation) {
  auto manifest = json::parse(test_manifest());
  manifest["version"] = "999.0.0";
  manifest["operations"]["test.change"].update(operation);
  return manifest.dump();
}

void announce(Agent& agent, const std::string& manifest, const std::string& id = "test") {
  const auto digest = crypto::sha256(as_bytes(manifest));
  agent.say(wire::Plugins{{{id, "999.0.0", digest, "ready", 0, ""}}});
  agent.say(wire::Manifest{digest, to_bytes(as_bytes(manifest))});
}

JobRequest change(const std::string& selector, json arguments = json::object()) {
  JobRequest request;
  request.operation = "test.change";
  request.selector = selector;
  request.arguments = std::move(arguments);
  return request;
}

TEST_CASE("a node that declares defaults puts nothing into the arguments of others",
          "[integration][jobs]") {
  World world;
  Agent honest(world, "web1");
  Agent other(world, "web2");
  honest.connect();
  other.connect();
  announce(other, manifest_with(
                      {{"arguments",
                        {{"type", "object"},
                         {"properties", {{"count", {{"type", "integer"}, {"default", 666}}}}}}}}));
  const auto* selector = GENERATE("node:web1", "all");
  REQUIRE(world.create(change(selector)));
  const auto specs = honest.tasks();
  REQUIRE(specs.size() == 1);
  CHECK(json::from_msgpack(specs[0].arguments) == json::object());
}

TEST_CASE("arguments that one node's version does not take are refused on that node alone",
          "[integration][jobs]") {
  World world;
  Agent honest(world, "web1");
  Agent other(world, "web2");
  honest.connect();
  other.connect();
  announce(other, manifest_with({{"timeout", "1ms"},
                                 {"arguments",
                                  {{"type", "object"},
                                   {"required", {"secret"}},
                                   {"properties", {{"secret", {{"type", "integer"}}}}}}}}));
  const auto job = world.create(change("all"));
  REQUIRE(job);
  CHECK(world.state(*job, "web1") == TaskState::Delivered);
  CHECK(world.state(*job, "web2") == TaskState::Refused);
  CHECK(world.task(*job, "web2")
            .error->message.starts_with("the node's version does not take these arguments"));
  CHECK(honest.tasks().at(0).timeout == config::kDefaultOperationTimeout);
  const auto none = world.create(change("node:web2"));
  REQUIRE_FALSE(none);
  CHECK(none.error().reason == "bad_arguments");
}

TEST_CASE("arguments that are too large are bad arguments, though they fit the manifest",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  announce(
      agent,
      manifest_with(
          {{"arguments", {{"type", "object"}, {"properties", {{"text", {{"type", "string"}}}}}}}}));
  const auto made = world.create(change("all", {{"text", std::string(kMaxArgumentsBytes, 'x')}}));
  REQUIRE_FALSE(made);
  CHECK(made.error().reason == "bad_arguments");
  CHECK(made.error().error.code == ErrorCode::InvalidArgument);
  CHECK(made.error().error.field == "/arguments");
}

TEST_CASE("a manifest counts for the plugin that it names, and for no other",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  announce(agent, test_manifest(), "te");  // with which the operation's name begins, too
  const auto made = world.create(change("all"));
  REQUIRE_FALSE(made);
  CHECK(made.error().reason == "unknown_operation");
}

void name(Agent& agent, const std::string& manifest) {
  agent.say(
      wire::Plugins{{{"test", "999.0.0", crypto::sha256(as_bytes(manifest)), "ready", 0, ""}}});
}

void send(Agent& agent, const std::string& manifest) {
  agent.say(wire::Manifest{crypto::sha256(as_bytes(manifest)), to_bytes(as_bytes(manifest))});
}

/// Whether test.change, in this version, takes the argument.
bool takes(World& world, const json& arguments) {
  const auto made = world.create(change("all", arguments));
  if (!made) CHECK(made.error().reason == "bad_arguments");
  return made.has_value();
}

TEST_CASE("a plugin that is another now keeps its operations until the new manifest has come",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto wanting = [](const std::string& argument) {
    return manifest_with({{"arguments",
                           {{"type", "object"},
                            {"additionalProperties", false},
                            {"properties", {{argument, json::object()}}}}}});
  };
  announce(agent, wanting("one"));
  REQUIRE(takes(world, {{"one", 1}}));
  name(agent, wanting("two"));
  CHECK(takes(world, {{"one", 1}}));
  name(agent, wanting("three"));  // and again, before the second came
  CHECK(takes(world, {{"one", 1}}));
  send(agent, wanting("two"));  // late, of nobody's plugin
  CHECK(takes(world, {{"one", 1}}));
  send(agent, wanting("three"));
  CHECK(takes(world, {{"three", 1}}));
  CHECK_FALSE(takes(world, {{"one", 1}}));
  world.fleet->on_gateway_lost(kGateway, "test");
  REQUIRE(agent.hello() == wire::MessageType::Welcome);  // as it was in the beginning
  agent.say(wire::Heartbeat{});
  CHECK(takes(world, {{"three", 1}}));
  CHECK_FALSE(takes(world, {{"count", 1}}));
  send(agent, test_manifest());
  CHECK(takes(world, {{"count", 1}}));
}

TEST_CASE("a plugin whose new manifest is broken, or that has none, loses its operations",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  REQUIRE(world.create(change("all")));
  if (GENERATE(false, true)) {
    name(agent, "{}");
    REQUIRE(world.create(change("all")));
    send(agent, "{}");
  } else {
    agent.say(wire::Plugins{{{"test", "", {}, "rejected", 0, "line 3"}}});
  }
  const auto refused = world.create(change("all"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "unknown_operation");
}

std::vector<wire::PluginInfo> naming(const Digest& digest) {
  return {{"test", "1.0.0", digest, "ready", 0, ""}};
}

TEST_CASE("digests that nodes make up do not fill the memory", "[integration][fleet]") {
  World world;
  Inventory inventory(world.store, world.log, world.clock);
  for (std::uint32_t i = 0; i < kMaxUnknownManifests; ++i) {
    const auto text = "broken " + std::to_string(i);
    const auto digest = crypto::sha256(as_bytes(text));
    inventory.renamed({}, naming(digest));
    CHECK(inventory.find(digest) == nullptr);
    CHECK_FALSE(inventory.add({}, digest, as_bytes(text)));
  }
  CHECK(inventory.unknown() <= kMaxUnknownManifests);
  // What is known stays known, and what was forgotten can be learned.
  inventory.renamed({}, naming(test_manifest_digest()));
  CHECK(inventory.add({}, test_manifest_digest(), as_bytes(test_manifest())));
  CHECK(inventory.find(test_manifest_digest()) != nullptr);
}

TEST_CASE("a manifest is in memory while a node of the fleet names it", "[integration][fleet]") {
  World world;
  Agent web1(world, "web1");
  Agent web2(world, "web2");
  web1.connect();
  web2.connect();
  CHECK(world.fleet->manifests() == 1);
  announce(web1, manifest_with({{"timeout", "7s"}}));
  CHECK(world.fleet->manifests() == 2);
  announce(web1, manifest_with({{"timeout", "8s"}}));
  CHECK(world.fleet->manifests() == 2);
  web1.connect();  // its HELLO names the first again
  CHECK(world.fleet->manifests() == 1);
  world.fleet->retire(web1.id(), "ann", [](const Status&) {});
  world.settle();
  CHECK(world.fleet->manifests() == 1);
  CHECK(world.fleet->manifest(test_manifest_digest()) != nullptr);
  world.restart();
  CHECK(world.fleet->manifest(test_manifest_digest()) != nullptr);
  world.fleet->retire(web2.id(), "ann", [](const Status&) {});
  world.settle();
  CHECK(world.fleet->manifests() == 0);
  CHECK(world.fleet->manifest(test_manifest_digest()) == nullptr);
}

TEST_CASE(
    "a manifest that no node names is not taken, and one that no node names any more is forgotten",
    "[integration][fleet]") {
  World world;
  Inventory inventory(world.store, world.log, world.clock);
  const auto digest = test_manifest_digest();
  CHECK(inventory.wanted(naming(digest), 10) == std::vector<Digest>{digest});
  CHECK(inventory.add({}, digest, as_bytes(test_manifest())));
  world.settle();
  CHECK(inventory.known() == 0);
  CHECK(inventory.wanted(naming(digest), 10) == std::vector<Digest>{digest});
  inventory.renamed({}, naming(digest));
  CHECK(inventory.add({}, digest, as_bytes(test_manifest())));
  world.settle();
  CHECK(inventory.known() == 1);
  inventory.renamed(naming(digest), {});
  CHECK(inventory.known() == 0);
  CHECK(world.store.manifest(digest));  // the write waits for the loop
  world.settle();
  CHECK_FALSE(world.store.manifest(digest));
  CHECK(inventory.wanted(naming(digest), 10) == std::vector<Digest>{digest});
}

TEST_CASE("no more manifests are kept than the limits say, and the log says so once a minute",
          "[integration][fleet]") {
  World world;
  std::vector<std::string> texts;
  for (int i = 1; i <= 4; ++i) {
    texts.push_back(manifest_with({{"timeout", std::to_string(i) + "s"}}));
  }
  const auto size = texts[0].size();
  Inventory inventory(world.store, world.log, world.clock,
                      GENERATE_COPY(ManifestLimits{2, size * 10}, ManifestLimits{10, size * 2}));
  const auto add = [&](const std::string& text) {
    const auto digest = crypto::sha256(as_bytes(text));
    inventory.renamed({}, naming(digest));
    REQUIRE(inventory.add({}, digest, as_bytes(text)));
    return inventory.find(digest) != nullptr;
  };
  const auto told = [&] {
    const auto entries = world.said.entries();
    return std::count_if(entries.begin(), entries.end(), [](const log::Entry& entry) {
      return entry.sentence.find("more plugin manifests than") != std::string::npos;
    });
  };
  CHECK(add(texts[0]));
  CHECK(add(texts[1]));
  CHECK(told() == 0);
  CHECK_FALSE(add(texts[2]));
  CHECK_FALSE(add(texts[3]));
  CHECK(told() == 1);
  CHECK(inventory.known() == 2);
  const auto third = naming(crypto::sha256(as_bytes(texts[2])));
  CHECK(inventory.wanted(third, 10).empty());
  inventory.renamed(naming(crypto::sha256(as_bytes(texts[0]))), {});
  CHECK(inventory.wanted(third, 10).size() == 1);
  CHECK(add(texts[2]));
  CHECK_FALSE(add(texts[3]));
  CHECK(told() == 1);
  inventory.renamed(naming(crypto::sha256(as_bytes(texts[1]))), {});
  world.clock.advance(kSeldom);
  CHECK(add(manifest_with({{"timeout", "5s"}})));
  CHECK_FALSE(add(manifest_with({{"timeout", "6s"}})));
  CHECK(told() == 2);
}

TEST_CASE("a file that is no plugin has no manifest to ask for, and at most eight reasons",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  std::vector<wire::PluginInfo> files;
  for (int i = 0; i < 9; ++i) {
    files.push_back({"odd", "", {}, "rejected", 0, "reason " + std::to_string(i)});
  }
  agent.say(wire::Plugins{files});
  const auto plugins = world.fleet->plugins();
  REQUIRE(plugins.size() == 1);
  CHECK(plugins[0].manifest == nullptr);
  CHECK(plugins[0].reasons.size() == 8);
  CHECK(plugins[0].reasons.contains("rejected: reason 7"));
  for (const auto& opened : agent.hear()) CHECK(opened.type != wire::MessageType::ManifestGet);
  auto request = change("all");
  request.operation = "odd.read";
  const auto made = world.create(request);
  REQUIRE_FALSE(made);
  CHECK_THAT(made.error().error.message,
             Catch::Contains("the file of plugin odd is rejected: reason 0"));
}

}  // namespace
}  // namespace muster::controller
