// What the controller answers for, when attempts repeat, acknowledgements find no room, or its own
// verdict crosses the node's.
#include <algorithm>
#include <set>

#include "jobs/result_writer.hpp"
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::seconds;

wire::TaskResult printed(TaskId task, std::string_view text) {
  auto result = result_of(task);
  result.outputs = {
      {wire::Stream::Stdout, text.size(), text.size(), crypto::sha256(as_bytes(text))}};
  return result;
}

wire::Out out(TaskId task, std::uint64_t offset, std::string_view text,
              wire::Stream stream = wire::Stream::Stdout) {
  return {task, stream, offset, to_bytes(as_bytes(text))};
}

std::string stdout_of(World& world, JobId job) {
  return std::string(
      as_text(world.jobs->read_output(job, "web1", wire::Stream::Stdout, 0, 100)->bytes));
}

TEST_CASE_METHOD(SentTask,
                 "a further attempt on a node that forgot its output prints from the beginning",
                 "[integration][jobs]") {
  agent.say(wire::Start{task, 1});
  agent.say(out(task, 0, "first attempt"));
  agent.say(out(task, 0, "oh", wire::Stream::Stderr));
  world.fleet->on_gateway_lost(kGateway, "the agent died");
  agent.connect();
  agent.say(wire::StatusReport{{{task, TaskState::Running}}});
  SECTION("other bytes replace what the first one printed") {
    agent.say(out(task, 0, "again"));
    agent.say(printed(task, "again"));
    CHECK(agent.heard<wire::ResultAck>().size() == 1);
    CHECK(stdout_of(world, job) == "again");
    CHECK(world.task(job, "web1").outputs.size() == 1);
  }
  SECTION("the same bytes are answered as far as they go, so that the node's window moves") {
    agent.say(out(task, 0, "first"));
    const auto acks = agent.heard<wire::OutAck>();
    REQUIRE(acks.size() == 1);
    CHECK(acks[0].offset == 5);
    CHECK_FALSE(acks[0].rewind);
    agent.say(out(task, 5, " attempt, and more"));
    agent.say(printed(task, "first attempt, and more"));
    CHECK(stdout_of(world, job) == "first attempt, and more");
  }
}

TEST_CASE_METHOD(SentTask,
                 "output that never has the digest that the node says does not go round for ever",
                 "[integration][jobs]") {
  for (int i = 0; i < 4; ++i) {
    agent.say(out(task, 0, "zeros"));
    agent.say(printed(task, "bytes"));
  }
  CHECK(world.state(job, "web1") == TaskState::Ok);
  CHECK(stdout_of(world, job) == "zeros");
}

TEST_CASE_METHOD(SentTask, "a node that lost the end of its output is taken at its word",
                 "[integration][jobs]") {
  agent.say(out(task, 0, "begin"));
  auto result = result_of(task);
  result.outputs = {{wire::Stream::Stdout, 5000, 5, Digest{}}};
  agent.say(result);
  CHECK(world.state(job, "web1") == TaskState::Ok);
  CHECK(stdout_of(world, job) == "begin");
  CHECK(world.jobs->read_output(job, "web1", wire::Stream::Stdout, 0, 10)->truncated);
}

TEST_CASE("an output that cannot be kept costs its own task that output, and no other a thing",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  std::vector<JobId> jobs;
  for (int i = 0; i < 8; ++i) jobs.push_back(world.run());
  world.store.lose_output(crypto::sha256(as_bytes("3")));
  const auto specs = agent.tasks();
  const auto number_of = [&](const wire::TaskSpec& spec) {
    return std::to_string(std::find(jobs.begin(), jobs.end(), spec.job) - jobs.begin());
  };
  for (const auto& spec : specs) agent.say(out(spec.task, 0, number_of(spec)));
  // While the disk is full all results come to wait for one commit.
  world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  for (const auto& spec : specs) agent.say(printed(spec.task, number_of(spec)));
  world.store.fail_writes_with(std::nullopt);
  world.advance(seconds(2));
  CHECK(agent.heard<wire::ResultAck>().size() > 0);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    CHECK(world.state(jobs[i], "web1") == TaskState::Ok);
    CHECK(stdout_of(world, jobs[i]) == (i == 3 ? "" : std::to_string(i)));
  }
  CHECK(world.jobs->read_output(jobs[3], "web1", wire::Stream::Stdout, 0, 10)->truncated);
  CHECK(world.jobs->open_jobs() == 0);
}

TEST_CASE_METHOD(SentTask, "the controller's own verdict acknowledges no RESULT",
                 "[integration][jobs]") {
  agent.say(wire::Start{task, 1});
  world.fleet->on_gateway_lost(kGateway, "test");
  agent.connect();
  agent.say(wire::StatusReport{{{task, TaskState::Unknown}}});
  CHECK(world.state(job, "web1") == TaskState::Indeterminate);
  CHECK(agent.heard<wire::ResultAck>().empty());
}

TEST_CASE_METHOD(SentTask,
                 "a RESULT that comes while the controller stores a verdict of its own wins",
                 "[integration][jobs]") {
  agent.say(wire::Start{task, 1});
  world.fleet->on_gateway_lost(kGateway, "test");
  agent.connect();
  world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  agent.say(wire::StatusReport{{{task, TaskState::Unknown}}});
  agent.say(result_of(task));
  CHECK(agent.heard<wire::ResultAck>().empty());
  world.store.fail_writes_with(std::nullopt);
  world.advance(seconds(3));
  CHECK(world.state(job, "web1") == TaskState::Ok);
  CHECK(agent.heard<wire::ResultAck>().size() == 1);
  CHECK(world.jobs->open_jobs() == 0);
}

TEST_CASE_METHOD(SentTask,
                 "a REFUSE that comes while the controller stores a verdict of its own wins",
                 "[integration][jobs]") {
  agent.say(wire::Accept{task});
  world.fleet->on_gateway_lost(kGateway, "test");
  agent.connect();
  world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  agent.say(wire::StatusReport{{{task, TaskState::Unknown}}});
  agent.say(wire::Refuse{task, {ErrorCode::Unavailable, "busy", {}, true, {}}});
  world.store.fail_writes_with(std::nullopt);
  world.advance(seconds(3));
  CHECK(world.state(job, "web1") == TaskState::Refused);
  CHECK(world.jobs->open_jobs() == 0);
}

TEST_CASE("acknowledgements, rewinds and cancels that found no room are sent when there is some",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  std::ignore = world.run();
  const auto job = world.run();
  const auto tasks = agent.tasks();
  REQUIRE(tasks.size() == 2);
  const auto other = tasks[0].job == job ? tasks[1].task : tasks[0].task;
  const auto mine = tasks[0].job == job ? tasks[0].task : tasks[1].task;
  world.link.full = true;
  while (world.fleet->send(agent.id(), wire::Task{Bytes(700'000), {}})) {
  }
  agent.say(result_of(other));
  agent.say(out(mine, 0, "abc"));
  agent.say(out(mine, 9, "j", wire::Stream::Stderr));
  world.jobs->cancel(job, "ann", [](const Status&) {});
  world.advance(seconds(1));
  world.link.full = false;
  world.fleet->on_writable(kGateway);
  world.advance(seconds(2));
  const auto results = agent.heard<wire::ResultAck>();
  REQUIRE(results.size() == 1);
  CHECK(results[0].tasks == std::vector<TaskId>{other});
  CHECK(agent.heard<wire::Cancel>().size() == 1);
  bool acked = false;
  bool asked = false;
  for (const auto& ack : agent.heard<wire::OutAck>()) {
    acked = acked || (ack.stream == wire::Stream::Stdout && ack.offset == 3);
    asked = asked || (ack.stream == wire::Stream::Stderr && ack.rewind && ack.offset == 0);
  }
  CHECK(acked);
  CHECK(asked);
}

TEST_CASE("output that the disk had no room for is asked for again", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  std::ignore = world.run();
  const auto task = agent.tasks().at(0).task;
  agent.say(out(task, 0, "abc"));
  world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  agent.say(out(task, 3, "def"));
  agent.say(out(task, 6, "ghi"));
  agent.heard<wire::OutAck>();
  world.store.fail_writes_with(std::nullopt);
  world.advance(seconds(2));
  const auto acks = agent.heard<wire::OutAck>();
  REQUIRE_FALSE(acks.empty());
  CHECK(acks.back().rewind);
  CHECK(acks.back().offset == 3);
}

TEST_CASE("results beyond what may wait for the disk are sent away, and all are kept in the end",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  constexpr std::size_t kLarge = std::size_t{700} << 10U;
  constexpr std::size_t kTasks = kMaxUnstoredBytes / kLarge + 2;
  std::vector<JobId> jobs;
  for (std::size_t i = 0; i < kTasks; ++i) jobs.push_back(world.run());
  std::vector<TaskId> tasks;
  for (const auto& spec : agent.tasks()) tasks.push_back(spec.task);
  REQUIRE(tasks.size() == kTasks);
  const auto large_result = [](TaskId task) {
    auto result = result_of(task);
    result.result = Bytes(kLarge, 1);
    return result;
  };
  world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  std::size_t said = 0;
  while (world.fleet->connected(agent.id()) && said < kTasks)
    agent.say(large_result(tasks[said++]));
  CHECK(said == kTasks);
  CHECK(agent.heard<wire::ResultAck>().empty());
  REQUIRE(agent.heard<wire::GoAway>().size() == 1);

  world.store.fail_writes_with(std::nullopt);
  world.advance(seconds(2));
  agent.connect();
  for (const auto task : tasks) agent.say(large_result(task));
  for (const auto job : jobs) CHECK(world.state(job, "web1") == TaskState::Ok);
  std::set<TaskId> acknowledged;
  for (const auto& ack : agent.heard<wire::ResultAck>()) {
    acknowledged.insert(ack.tasks.begin(), ack.tasks.end());
  }
  CHECK(acknowledged.size() == kTasks);
}

TEST_CASE("after a controller's restart no node gets more tasks at once than before",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  for (std::size_t i = 0; i < kMaxTasksInFlight + 50; ++i) std::ignore = world.run();
  world.restart();
  agent.connect();
  wire::StatusReport nothing;
  for (const auto& query : agent.heard<wire::Query>()) {
    for (const auto& id : query.tasks) nothing.tasks.push_back({id, TaskState::Unknown});
  }
  CHECK(nothing.tasks.size() == kMaxTasksInFlight);  // the others were never sent
  agent.say(nothing);
  CHECK(agent.tasks().size() == kMaxTasksInFlight);
}

TEST_CASE("a node's clock does not put the end of a task into the future", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto job = world.run();
  auto result = result_of(agent.tasks().at(0).task);
  result.started_ms = result.ended_ms = std::numeric_limits<std::int64_t>::max();
  agent.say(result);
  const auto now = to_unix_ms(world.clock.unix_now());
  CHECK(world.task(job, "web1").started <= now);
  CHECK(world.task(job, "web1").ended <= now);
  CHECK(world.jobs->find(job)->job.ended <= now);
}

}  // namespace
}  // namespace muster::controller
