// Arguments that a manifest marks with x-secret: the node gets their values, and nobody else.
#include <nlohmann/json.hpp>

#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr const char* kSecret = "correct-horse";

JobRequest with_secrets(const std::string& secret = kSecret) {
  JobRequest request;
  request.operation = "test.secret";
  request.selector = "all";
  request.arguments = {{"user", "ann"},
                       {"password", secret},
                       {"login", {{"host", "db1"}, {"token", secret}}},
                       {"keys", {secret, "b" + secret}}};
  request.requested_by = "tester";
  return request;
}

/// As it stands in records.
json concealed() {
  return {{"user", "ann"},
          {"password", "***"},
          {"login", {{"host", "db1"}, {"token", "***"}}},
          {"keys", {"***", "***"}}};
}

/// All that the controller keeps and says, but for what it sent to nodes.
std::string all_that_is_told(World& world, JobId job) {
  const auto stored = world.kept().job(job).value();
  std::string text = stored.job.arguments + stored.job.selector;
  for (const auto& task : stored.tasks) {
    if (task.error) text += task.error->message + task.error->field;
  }
  const auto events = world.kept().events_after(0, 10'000).value();
  for (const auto& event : events) {
    text += event.type + event.subject + event.data;
  }
  for (const auto& entry : world.said.entries()) {
    text += entry.sentence;
    for (const auto& [key, value] : entry.fields) text += key + value;
  }
  return text;
}

TEST_CASE("a node gets the secrets of its arguments, and the job's record has their marks",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto job = world.create(with_secrets()).value();
  const auto sent = agent.tasks().at(0);
  CHECK(json::from_msgpack(sent.arguments) == with_secrets().arguments);
  agent.say(result_of(sent.task));
  CHECK(world.state(job, "web1") == TaskState::Ok);
  const auto record = world.jobs->find(job)->job;
  CHECK(record.secrets);
  CHECK(json::parse(record.arguments) == concealed());
  CHECK(all_that_is_told(world, job).find(kSecret) == std::string::npos);
}

TEST_CASE("arguments without a secret are kept as they are", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  auto request = with_secrets();
  request.arguments = {{"user", "ann"}};
  const auto record = world.jobs->find(world.create(request).value())->job;
  CHECK_FALSE(record.secrets);
  CHECK(json::parse(record.arguments) == request.arguments);
}

TEST_CASE("what is wrong with a secret is said without it", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  auto request = with_secrets();
  request.arguments["pin"] = 482117;
  const auto refused = world.create(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().error.message ==
        "the arguments of test.secret cannot be used: /pin must be at most 9999");
}

TEST_CASE("arguments of which no manifest tells may all be secret", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");  // it joined, and never connected
  const auto job = world.create(with_secrets()).value();
  CHECK(world.state(job, "web1") == TaskState::Skipped);
  CHECK(json::parse(world.jobs->find(job)->job.arguments) ==
        json{{"user", "***"}, {"password", "***"}, {"login", "***"}, {"keys", "***"}});
  CHECK(world.jobs->find(job)->job.secrets);
  Agent other(world, "web2");
  other.connect();
  other.say(wire::Heartbeat{});
  SECTION("until some node of the fleet tells it") {
    auto request = with_secrets();
    request.selector = "node:web1";
    const auto known = world.create(request).value();
    CHECK(json::parse(world.jobs->find(known)->job.arguments) == concealed());
    request.arguments = {{"user", "ann"}};
    const auto record = world.jobs->find(world.create(request).value())->job;
    CHECK_FALSE(record.secrets);
    CHECK(json::parse(record.arguments) == request.arguments);
  }
}

TEST_CASE("what any version of the operation calls secret is secret", "[integration][jobs]") {
  World world;
  Agent old(world, "web1");
  old.connect();
  Agent renewed(world, "web2");
  renewed.connect();
  auto manifest = json::parse(test_manifest());
  manifest["version"] = "2.0.0";
  manifest["operations"]["test.secret"]["arguments"] = {
      {"type", "object"},
      {"properties", {{"user", {{"x-secret", true}}}, {"keys", json::object()}}}};
  const auto text = manifest.dump();
  const auto digest = crypto::sha256(as_bytes(text));
  renewed.say(wire::Plugins{{{"test", "2.0.0", digest, "ready", 0, ""}}});
  renewed.say(wire::Manifest{digest, to_bytes(as_bytes(text))});
  Agent away(world, "web3");
  auto request = with_secrets();
  const auto kept = [&](const std::string& selector) {
    request.selector = selector;
    return json::parse(world.jobs->find(world.create(request).value())->job.arguments);
  };
  auto all = concealed();
  all["user"] = "***";
  CHECK(kept("node:web1 or node:web2") == all);
  CHECK(kept("node:web3") == all);
  CHECK(kept("node:web1") == concealed());
  request.arguments = {{"keys", {"a"}}};
  CHECK(kept("node:web2") == request.arguments);  // which calls them no secrets
}

TEST_CASE("what was not sent when the controller was restarted ends, and never runs with a mark",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.fleet->on_gateway_lost(kGateway, "test");
  auto request = with_secrets();
  request.offline = OfflinePolicy::Queue;
  const auto wait = GENERATE(false, true);
  if (wait) request.at_once = SampleSize{1, false};
  const auto job = world.create(request).value();
  CHECK(world.state(job, "web1") == TaskState::Queued);
  world.restart();
  const auto task = world.task(job, "web1");
  CHECK(task.state == TaskState::Cancelled);
  CHECK(task.error->message.find("secret arguments are not kept") != std::string::npos);
  CHECK(world.jobs->open_jobs() == 0);
  agent.connect();
  CHECK(agent.tasks().empty());
}

TEST_CASE("a task that may have been sent before a restart is asked for, and not sent anew",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto job = world.create(with_secrets()).value();
  const auto task = agent.tasks().at(0).task;
  world.restart();
  CHECK(world.state(job, "web1") == TaskState::Delivered);
  agent.connect();
  CHECK(agent.heard<wire::Query>().size() == 1);
  SECTION("the node has it, and tells its end") {
    agent.say(result_of(task));
    CHECK(world.state(job, "web1") == TaskState::Ok);
  }
  SECTION("the node never had it") {
    agent.say(wire::StatusReport{{{task, TaskState::Unknown}}});
    CHECK(world.state(job, "web1") == TaskState::Cancelled);
  }
  CHECK(agent.tasks().empty());
  CHECK(world.jobs->broken_sums() == 0);
}

TEST_CASE("a request with secrets is known again by a digest that nobody can try secrets on",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  auto request = with_secrets();
  request.idempotency_key = "monday";
  const auto job = world.create(request).value();
  CHECK(world.create(request).value() == job);
  const auto other = [] {
    auto another = with_secrets("battery-staple");
    another.idempotency_key = "monday";
    return another;
  }();
  CHECK(world.create(other).error().reason == "idempotency_key");
  world.restart();
  CHECK(world.create(request).value() == job);
  CHECK(world.create(other).error().reason == "idempotency_key");

  World elsewhere;  // with keys of its own
  Agent same(elsewhere, "web1");
  same.connect();
  const auto twin = elsewhere.create(request).value();
  CHECK(elsewhere.jobs->find(twin)->job.request_digest !=
        world.jobs->find(job)->job.request_digest);
}

}  // namespace
}  // namespace muster::controller
