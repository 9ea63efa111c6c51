// Tasks that have not left the controller yet, and what it knows of them after a restart.
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::seconds;

JobId queue_for(World& world, const std::string& node) {
  JobRequest request;
  request.operation = "test.change";
  request.selector = "node:" + node;
  request.offline = OfflinePolicy::Queue;
  request.start_within = seconds(600);
  return world.create(request).value();
}

TEST_CASE("a task that was never sent is known to be unsent after a restart",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.fleet->on_gateway_lost(kGateway, "test");
  const auto job = queue_for(world, "web1");
  world.restart();
  CHECK(world.state(job, "web1") == TaskState::Queued);
  SECTION("cancelling ends it at once") {
    world.jobs->cancel(job, "ann", [](const Status&) {});
    world.settle();
    CHECK(world.state(job, "web1") == TaskState::Cancelled);
    CHECK(world.jobs->open_jobs() == 0);
  }
  SECTION("it expires when its time is over") {
    world.advance(seconds(602));
    CHECK(world.state(job, "web1") == TaskState::Expired);
  }
  SECTION("it is sent when the node comes, and counts as sent after a further restart") {
    agent.connect();
    CHECK(agent.tasks().size() == 1);
    CHECK(world.state(job, "web1") == TaskState::Delivered);
    world.restart();
    CHECK(world.state(job, "web1") == TaskState::Delivered);
    agent.connect();
    CHECK(agent.heard<wire::Query>().size() == 1);
    CHECK(agent.tasks().empty());
  }
}

TEST_CASE("a task that waited is not sent before the store knows that it may have been",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.fleet->on_gateway_lost(kGateway, "test");
  const auto job = queue_for(world, "web1");
  world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  agent.connect();
  world.advance(seconds(2));
  CHECK(agent.tasks().empty());
  CHECK(world.state(job, "web1") == TaskState::Queued);
  world.store.fail_writes_with(std::nullopt);
  world.advance(seconds(2));
  CHECK(agent.tasks().size() == 1);
}

TEST_CASE("a task whose node left before it could be sent counts as unsent",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  std::optional<JobId> job;
  SECTION("while the job was being stored") {
    JobRequest request;
    request.operation = "test.change";
    request.selector = "node:web1";
    request.offline = OfflinePolicy::Queue;
    world.jobs->create(request, [&](const auto& made) { job = *made; });
    world.fleet->on_gateway_lost(kGateway, "test");
    world.settle();
  }
  SECTION("while its gateway had no room") {
    world.link.full = true;
    while (world.fleet->send(agent.id(), wire::Task{Bytes(700'000), {}})) {
    }
    job = queue_for(world, "web1");
    world.fleet->on_gateway_lost(kGateway, "test");
    world.settle();
    world.link.full = false;
  }
  REQUIRE(job);
  world.restart();
  CHECK(world.state(*job, "web1") == TaskState::Queued);
  agent.connect();
  CHECK(agent.tasks().size() == 1);
}

TEST_CASE("a node that goes while the job is being stored is skipped, like one that was offline",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  std::optional<JobId> job;
  world.fleet->retire(agent.id(), "ann", [](const Status&) {});
  world.jobs->create(request, [&](const auto& made) { job = *made; });
  world.settle();
  REQUIRE(job);
  CHECK(world.state(*job, "web1") == TaskState::Skipped);
  CHECK(world.jobs->open_jobs() == 0);
}

TEST_CASE("jobs that wait for a node keep their order over a restart", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const bool sent = GENERATE(false, true);
  if (!sent) world.fleet->on_gateway_lost(kGateway, "test");
  std::vector<JobId> order;
  for (int i = 0; i < 8; ++i) order.push_back(queue_for(world, "web1"));
  agent.hear();
  world.restart();
  agent.connect();
  wire::StatusReport nothing;
  for (const auto& query : agent.heard<wire::Query>()) {
    for (const auto& id : query.tasks) nothing.tasks.push_back({id, TaskState::Unknown});
  }
  CHECK(nothing.tasks.size() == (sent ? 8 : 0));
  agent.say(nothing);
  std::vector<JobId> got;
  for (const auto& spec : agent.tasks()) got.push_back(spec.job);
  CHECK(got == order);
}

}  // namespace
}  // namespace muster::controller
