#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a node goes from online to suspect to offline by silence, and comes back",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  world.advance(seconds(15));  // past the time after a start
  agent.connect();
  const auto heartbeat = world.fleet->times().heartbeat;
  world.advance(2 * heartbeat - milliseconds(1000));
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
  world.advance(milliseconds(2000));
  CHECK(world.fleet->find(agent.id())->presence == Presence::Suspect);
  world.advance(2 * heartbeat);
  CHECK(world.fleet->find(agent.id())->presence == Presence::Offline);
  CHECK_FALSE(world.fleet->connected(agent.id()));
  CHECK(world.events_of("node.offline") == 1);
  agent.connect();
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
  CHECK(world.events_of("node.online") == 1);
}

TEST_CASE("a node that joined is waited for, not online before its first session",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  world.advance(milliseconds(1500));  // the presence of all is looked at once a second
  CHECK(world.fleet->find(agent.id())->presence == Presence::Suspect);
  agent.connect();
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
}

TEST_CASE("a node that joined and never connected is skipped like one that is offline",
          "[integration][jobs]") {
  World world;
  Agent there(world, "web1");
  there.connect();
  const Agent awaited(world, "web2");
  const auto job = world.run("test.change", "all", OfflinePolicy::Skip);
  CHECK(world.state(job, "web1") == TaskState::Delivered);
  CHECK(world.state(job, "web2") == TaskState::Skipped);
}

TEST_CASE("why a node does not get a job does not name it, so that those alike can stand together",
          "[integration][jobs]") {
  World world;
  Agent there(world, "web1");
  there.connect();
  const Agent awaited(world, "web2");
  const Agent awaited_too(world, "web3");
  const auto job = world.run("test.change", "all", OfflinePolicy::Skip);
  CHECK(world.task(job, "web2").error->message == "the node has not connected yet");
  CHECK(world.task(job, "web3").error->message == "the node has not connected yet");
}

TEST_CASE(
    "a job on nodes that have all never connected skips them, unless nobody can know what to run",
    "[integration][jobs]") {
  World world;
  const Agent awaited(world, "web1");
  SECTION("in a fleet that knows no operation yet") {
    CHECK(world.state(world.run("test.change"), "web1") == TaskState::Skipped);
    CHECK(world.state(world.run("test.change", "all", OfflinePolicy::Fail), "web1") ==
          TaskState::Unreachable);
  }
  SECTION("in a fleet where others have it") {
    Agent there(world, "db1");
    there.connect();
    CHECK(world.state(world.run("test.change", "node:web1"), "web1") == TaskState::Skipped);
    JobRequest slip;
    slip.operation = "test.chnge";
    slip.selector = "node:web1";
    CHECK(world.create(slip).error().reason == "unknown_operation");
  }
  SECTION("but a job that waits for them must be one that can run") {
    JobRequest waits;
    waits.operation = "test.change";
    waits.selector = "all";
    waits.offline = OfflinePolicy::Queue;
    CHECK(world.create(waits).error().reason == "unknown_operation");
  }
}

TEST_CASE("a node that says that it leaves is offline soon and brings what it still has",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto kept = world.run();
  const auto task = agent.tasks().at(0).task;
  agent.say(wire::Accept{task});
  agent.say(wire::Leaving{{task}});
  CHECK(world.fleet->find(agent.id())->presence == Presence::Suspect);
  world.advance(kLeaveGrace + seconds(1));
  CHECK(world.fleet->find(agent.id())->presence == Presence::Offline);
  CHECK(world.events_of("node.offline") == 1);
  CHECK(world.state(kept, "web1") == TaskState::Accepted);
  agent.say(wire::Start{task, 1});
  agent.say(result_of(task));
  CHECK(world.state(kept, "web1") == TaskState::Ok);
  CHECK(agent.heard<wire::ResultAck>().size() == 1);
  world.advance(4 * world.fleet->times().heartbeat + seconds(1));
  CHECK_FALSE(world.fleet->connected(agent.id()));
  CHECK(world.events_of("node.offline") == 1);
}

TEST_CASE_METHOD(SentTask, "a task is away when its node is offline, and not before",
                 "[integration][jobs]") {
  const auto away = [&] { return world.jobs->away(job).size(); };
  const auto silence = [&] {
    for (int i = 0; i < 20; ++i) world.advance(std::chrono::seconds(3));
  };
  SECTION("a connection that is lost says nothing yet") {
    if (GENERATE(true, false)) agent.say(wire::Accept{task});
    world.fleet->on_gateway_lost(kGateway, "test");
    CHECK(away() == 0);
    silence();
    CHECK(away() == 1);
  }
  SECTION("one whose end is on its way to the disk is not away") {
    if (world.disk) return;
    world.store.hold_writes(true);
    agent.say(result_of(task));
    silence();
    CHECK(away() == 0);
    world.store.hold_writes(false);
  }
}

TEST_CASE("a node whose agent is only restarted is left out of no job", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  agent.say(wire::Leaving{});
  const auto job = world.run();
  CHECK(agent.tasks().empty());
  CHECK(world.state(job, "web1") == TaskState::Queued);
  agent.connect();
  CHECK(agent.tasks().size() == 1);
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
  CHECK(world.events_of("node.offline") == 0);
  world.advance(kLeaveGrace + seconds(1));
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
}

TEST_CASE("LEAVING is answered like a heartbeat", "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  (void)agent.heard<wire::HeartbeatAck>();
  agent.say(wire::Leaving{});
  CHECK(agent.heard<wire::HeartbeatAck>().size() == 1);
}

TEST_CASE("a task that a leaving node has not seen ends by the job's rule for offline nodes",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto [rule, end] = GENERATE(table<OfflinePolicy, TaskState>({
      {OfflinePolicy::Skip, TaskState::Skipped},
      {OfflinePolicy::Fail, TaskState::Unreachable},
      {OfflinePolicy::Queue, TaskState::Queued},
  }));
  const std::size_t waiting = rule == OfflinePolicy::Queue ? 1 : 0;
  const auto job = world.run("test.change", "all", rule);
  REQUIRE(agent.tasks().size() == 1);
  agent.say(wire::Leaving{});
  CHECK(world.state(job, "web1") == TaskState::Queued);
  world.advance(kLeaveGrace + seconds(1));
  CHECK(world.state(job, "web1") == end);
  const auto next = world.run("test.change", "all", rule);
  CHECK(world.state(next, "web1") == end);
  CHECK(agent.tasks().empty());
  world.jobs->cancel(next, "ann", [](const Status&) {});
  world.settle();
  CHECK(world.jobs->open_jobs() == waiting);
  agent.connect();
  CHECK(agent.tasks().size() == waiting);
}

TEST_CASE("a task that a leaving node has not seen is known to be unsent after a restart",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto job = world.run("test.change", "all", OfflinePolicy::Queue);
  REQUIRE(agent.tasks().size() == 1);
  agent.say(wire::Leaving{});
  world.settle();
  world.restart();
  CHECK(world.state(job, "web1") == TaskState::Queued);
}

TEST_CASE("LEAVING says nothing of tasks that an earlier session brought, STATUS does",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto job = world.run();
  const auto task = agent.tasks().at(0).task;
  agent.connect();
  REQUIRE(agent.heard<wire::Query>().size() == 1);
  agent.say(wire::Leaving{});
  world.advance(kLeaveGrace + seconds(1));
  CHECK(world.state(job, "web1") == TaskState::Delivered);
  SECTION("it was settled there") {
    agent.say(result_of(task));
    CHECK(world.state(job, "web1") == TaskState::Ok);
  }
  SECTION("it was never heard of") {
    agent.say(wire::StatusReport{{{task, TaskState::Unknown}}});
    CHECK(world.state(job, "web1") == TaskState::Skipped);
  }
}

TEST_CASE("a node that says a second time that it leaves strands no task", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto job = world.run("test.read");
  const auto task = agent.tasks().at(0).task;
  agent.say(wire::Leaving{{task}});
  world.advance(kLeaveGrace + seconds(1));
  CHECK(world.state(job, "web1") == TaskState::Delivered);
  agent.say(wire::Leaving{});
  CHECK(world.state(job, "web1") == TaskState::Skipped);
}

TEST_CASE("a node that leaves and comes back at once again and again makes no events",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  for (int i = 0; i < 20; ++i) {
    agent.connect();
    agent.say(wire::Leaving{});
  }
  CHECK(world.events_of("node.offline") + world.events_of("node.online") <= 1);
}

TEST_CASE("a copy does not take over while the node that it copies leaves",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  agent.say(wire::Leaving{});
  CHECK(agent.hello("another machine") == wire::MessageType::Refused);
  CHECK(world.events_of("node.clone") == 2);
}

}  // namespace
}  // namespace muster::controller
