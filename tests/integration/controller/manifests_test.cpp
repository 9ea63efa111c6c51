// What nodes declare decides for themselves alone.
#include <nlohmann/json.hpp>

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
  agent.say(wire::Plugins{{{id, "999.0.0", digest, "running", 0, ""}}});
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
  CHECK(world.task(*job, "web2").error->message.find("version on web2") != std::string::npos);
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
