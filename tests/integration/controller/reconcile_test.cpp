// What becomes of tasks when sessions, nodes or the controller end in between.
#include <algorithm>

#include "jobs/service_state.hpp"
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("after a gap the node is asked, and gets again only what it never had",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto lost = world.run();
  const auto had = world.run();
  const auto tasks = agent.tasks();
  REQUIRE(tasks.size() == 2);
  const bool restart = GENERATE(false, true);
  restart ? world.restart() : world.fleet->on_gateway_lost(kGateway, "test");
  CHECK(world.state(lost, "web1") == TaskState::Delivered);
  agent.connect();
  const auto query = agent.heard<wire::Query>();
  REQUIRE(query.size() == 1);
  CHECK(query[0].tasks.size() == 2);
  agent.say(wire::StatusReport{
      {{tasks[0].task, TaskState::Unknown}, {tasks[1].task, TaskState::Running}}});
  const auto again = agent.tasks();
  REQUIRE(again.size() == 1);
  CHECK(again[0].task == tasks[0].task);
  CHECK(again[0].attempt == 1);
  CHECK(world.state(had, "web1") == TaskState::Running);
  agent.say(result_of(tasks[0].task));
  agent.say(result_of(tasks[1].task));
  CHECK(world.jobs->open_jobs() == 0);
  CHECK(world.state(lost, "web1") == TaskState::Ok);
}

TEST_CASE("a node that tells of too many old tasks at once is sent away, and tells the rest later",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  std::vector<JobId> jobs;
  std::vector<TaskId> tasks;
  for (int i = 0; i < kMaxRevived + 1; ++i) {
    jobs.push_back(world.run());
    for (const auto& spec : agent.tasks()) {
      agent.say(wire::Start{spec.task, 1});
      tasks.push_back(spec.task);
    }
    if (i + 1 < kMaxRevived / 2 * 2 && tasks.size() % 50 != 0) continue;
    world.fleet->on_gateway_lost(kGateway, "test");
    agent.connect();
    wire::StatusReport forgotten;
    for (const auto task : tasks) forgotten.tasks.push_back({task, TaskState::Unknown});
    agent.say(forgotten);
  }
  REQUIRE(tasks.size() == jobs.size());
  REQUIRE(world.jobs->open_jobs() == 0);
  const auto still_unknown = [&] {
    return std::count_if(jobs.begin(), jobs.end(), [&](JobId job) {
      return world.state(job, "web1") == TaskState::Indeterminate;
    });
  };
  world.advance(seconds(1));
  for (const auto task : tasks) agent.say(result_of(task));
  CHECK(still_unknown() == 1);
  CHECK_FALSE(world.fleet->connected(agent.id()));
  world.advance(seconds(2));
  agent.connect();
  for (const auto task : tasks) agent.say(result_of(task));
  CHECK(still_unknown() == 0);
}

TEST_CASE("a task that the node had and forgot may have run, unless it only reads",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const bool reads = GENERATE(true, false);
  const auto job = world.run(reads ? "test.read" : "test.change");
  const auto task = agent.tasks().at(0).task;
  agent.say(wire::Start{task, 1});
  world.fleet->on_gateway_lost(kGateway, "test");
  agent.connect();
  agent.say(wire::StatusReport{{{task, TaskState::Unknown}}});
  CHECK(agent.tasks().size() == (reads ? 1 : 0));
  CHECK(world.state(job, "web1") == (reads ? TaskState::Delivered : TaskState::Indeterminate));
}

TEST_CASE_METHOD(
    SentTask,
    "a sent task of a node that stays away becomes indeterminate, and a late RESULT replaces it",
    "[integration][jobs]") {
  world.fleet->on_gateway_lost(kGateway, "test");
  world.advance(kDefaultStartWindow + config::kDefaultOperationTimeout + seconds(29));
  CHECK(world.state(job, "web1") == TaskState::Delivered);
  world.advance(seconds(3));
  CHECK(world.state(job, "web1") == TaskState::Indeterminate);
  CHECK(world.jobs->open_jobs() == 0);
  if (GENERATE(false, true)) world.restart();
  agent.connect();
  agent.say(wire::Out{task, wire::Stream::Stdout, 0, to_bytes(as_bytes("late"))});
  auto result = result_of(task);
  result.outputs = {{wire::Stream::Stdout, 4, 4, crypto::sha256(as_bytes("late"))}};
  agent.say(result);
  CHECK(agent.heard<wire::ResultAck>().size() == 1);
  CHECK(world.state(job, "web1") == TaskState::Ok);
  CHECK(as_text(world.jobs->read_output(job, "web1", wire::Stream::Stdout, 0, 10)->bytes) ==
        "late");
  CHECK(world.jobs->open_jobs() == 0);
}

TEST_CASE_METHOD(SentTask,
                 "a RESULT that is stored already, or that nobody knows, is acknowledged again",
                 "[integration][jobs]") {
  agent.say(result_of(task));
  agent.heard<wire::ResultAck>();
  agent.say(result_of(task, TaskState::Failed));
  agent.say(result_of(TaskId::random()));
  CHECK(agent.heard<wire::ResultAck>().size() == 2);
  CHECK(world.state(job, "web1") == TaskState::Ok);
}

TEST_CASE("a node that goes offline gives up what waits for it, as the policy says",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.fleet->on_gateway_lost(kGateway, "test");
  const auto [policy, state] =
      GENERATE(table<OfflinePolicy, TaskState>({{OfflinePolicy::Skip, TaskState::Skipped},
                                                {OfflinePolicy::Fail, TaskState::Unreachable},
                                                {OfflinePolicy::Queue, TaskState::Queued}}));
  const auto job = world.run("test.change", "all", policy);
  CHECK(world.state(job, "web1") == TaskState::Queued);
  world.advance(seconds(30));
  CHECK(world.state(job, "web1") == state);
}

TEST_CASE_METHOD(SentTask,
                 "output that is missing or differs is asked for again before the RESULT counts",
                 "[integration][jobs]") {
  const auto out = [&](std::uint64_t offset, std::string_view text) {
    agent.say(wire::Out{task, wire::Stream::Stdout, offset, to_bytes(as_bytes(text))});
  };
  auto result = result_of(task);
  result.outputs = {{wire::Stream::Stdout, 9, 6, crypto::sha256(as_bytes("abcdef"))}};
  SECTION("a piece out of turn is asked for once, from where the gap begins") {
    out(0, "abc");
    out(4, "e");
    out(5, "f");
    auto acks = agent.heard<wire::OutAck>();
    REQUIRE(acks.size() == 1);
    CHECK(acks[0].rewind);
    CHECK(acks[0].offset == 3);
    agent.say(result);
    CHECK(agent.heard<wire::ResultAck>().empty());
    out(3, "def");
  }
  SECTION("bytes that were lost before the RESULT") {
    out(0, "abc");
    agent.say(result);
    const auto acks = agent.heard<wire::OutAck>();
    REQUIRE_FALSE(acks.empty());
    CHECK(acks.back().rewind);
    CHECK(acks.back().offset == 3);
    CHECK(agent.heard<wire::ResultAck>().empty());
    out(3, "def");
  }
  SECTION("other bytes than the node says: all of it again") {
    out(0, "abcdeX");
    agent.say(result);
    const auto acks = agent.heard<wire::OutAck>();
    REQUIRE_FALSE(acks.empty());
    CHECK(acks.back().rewind);
    CHECK(acks.back().offset == 0);
    out(0, "abcdef");
  }
  agent.say(result);
  CHECK(agent.heard<wire::ResultAck>().size() == 1);
  const auto part = world.jobs->read_output(job, "web1", wire::Stream::Stdout, 0, 100);
  REQUIRE(part);
  CHECK(as_text(part->bytes) == "abcdef");
  CHECK(part->size == 9);
  CHECK(part->truncated);
}

TEST_CASE_METHOD(SentTask,
                 "a node that never sends what it promised does not hold the job for ever",
                 "[integration][jobs]") {
  auto result = result_of(task);
  result.outputs = {{wire::Stream::Stdout, 5, 5, crypto::sha256(as_bytes("hello"))}};
  for (int i = 0; i < 4; ++i) agent.say(result);
  CHECK(world.state(job, "web1") == TaskState::Ok);
  CHECK(world.jobs->read_output(job, "web1", wire::Stream::Stdout, 0, 10)->truncated);
}

TEST_CASE("output is acknowledged every 256 KiB, and soon when it pauses", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  std::ignore = world.run();
  const auto task = agent.tasks().at(0).task;
  const Bytes piece(std::size_t{64} << 10U, 'x');
  for (std::uint64_t i = 0; i < 5; ++i) {
    agent.say(wire::Out{task, wire::Stream::Stdout, i * piece.size(), piece});
  }
  auto acks = agent.heard<wire::OutAck>();
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].offset == std::uint64_t{256} << 10U);
  world.advance(milliseconds(30));
  acks = agent.heard<wire::OutAck>();
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].offset == std::uint64_t{320} << 10U);
  CHECK_FALSE(acks[0].rewind);
}

TEST_CASE("output beyond the task's cap is a violation", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  request.output_cap = 4;
  REQUIRE(world.create(request));
  const auto task = agent.tasks().at(0).task;
  agent.say(wire::Out{task, wire::Stream::Stdout, 0, to_bytes(as_bytes("12345"))});
  CHECK(world.fleet->violations(wire::Violation::Limit) == 1);
  CHECK_FALSE(world.fleet->connected(agent.id()));
}

TEST_CASE_METHOD(
    SentTask, "cancelling a job that is over changes nothing, also while a node tells more of it",
    "[integration][jobs]") {
  world.fleet->on_gateway_lost(kGateway, "test");
  world.advance(kDefaultStartWindow + config::kDefaultOperationTimeout + seconds(32));
  agent.connect();
  agent.say(wire::Out{task, wire::Stream::Stdout, 0, to_bytes(as_bytes("late"))});
  REQUIRE(world.jobs->open_jobs() == 1);
  std::optional<Status> cancelled;
  world.jobs->cancel(job, "ann", [&](const Status& said) { cancelled = said; });
  world.settle();
  REQUIRE(cancelled);
  CHECK(*cancelled);
  CHECK_FALSE(world.jobs->find(job)->job.cancel_requested);
  CHECK(agent.heard<wire::Cancel>().empty());
}

TEST_CASE("output beyond the cap of a task that was given up is dropped, and its RESULT counts",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  request.output_cap = 4;
  const auto job = world.create(request).value();
  const auto task = agent.tasks().at(0).task;
  world.fleet->on_gateway_lost(kGateway, "test");
  world.advance(kDefaultStartWindow + config::kDefaultOperationTimeout + seconds(32));
  REQUIRE(world.state(job, "web1") == TaskState::Indeterminate);
  agent.connect();
  agent.say(wire::Out{task, wire::Stream::Stdout, 0, to_bytes(as_bytes("12345"))});
  CHECK(world.fleet->violations(wire::Violation::Limit) == 0);
  const auto acks = agent.heard<wire::OutAck>();
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].offset == 5);
  auto result = result_of(task);
  result.outputs = {{wire::Stream::Stdout, 5, 5, crypto::sha256(as_bytes("12345"))}};
  agent.say(result);
  CHECK(world.state(job, "web1") == TaskState::Ok);
  CHECK(agent.heard<wire::ResultAck>().size() == 1);
}

}  // namespace
}  // namespace muster::controller
