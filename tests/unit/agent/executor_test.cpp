#include "executor/executor.hpp"

#include "executor_harness.hpp"

using namespace muster;
using agent::Outcome;
using test::ExecutorHarness;
using wire::MessageType;
using wire::TaskState;

TEST_CASE("a read is started and answered without a word in the journal", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.uplink.said.clear();
  const auto id = agent.send("mock.read");
  REQUIRE(agent.runner.calls.size() == 1);
  CHECK(agent.runner.calls[0].operation == "mock.read");
  agent.runner.end(id, Outcome::Kind::Ok);
  CHECK(agent.uplink.types() == std::vector{MessageType::Start, MessageType::Result});
  CHECK(agent.result_of(id).state == TaskState::Ok);
  agent.acknowledge(id);
  CHECK(agent.status_of(id) == TaskState::Unknown);
}

TEST_CASE("a read needs no signature, but one that is there must be good", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  auto task = agent.sign(agent.spec("mock.read"));
  task.signature.reset();
  agent.executor->on_task(task);
  CHECK(agent.runner.calls.size() == 1);
  auto forged = agent.sign(agent.spec("mock.read"));
  (*forged.signature)[0] ^= 1;
  agent.executor->on_task(forged);
  CHECK(agent.runner.calls.size() == 1);
  REQUIRE(agent.uplink.all<wire::Refuse>().size() == 1);
  CHECK(agent.uplink.all<wire::Refuse>()[0].error.code == ErrorCode::Unauthenticated);
}

TEST_CASE("a change is on the disk before it runs, and its result before it is told",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  CHECK(agent.runner.calls.empty());
  CHECK(agent.uplink.all<wire::Start>().empty());
  agent.until_called(1);
  CHECK(agent.uplink.all<wire::Start>().size() == 1);
  CHECK(agent.uplink.all<wire::Accept>().empty());  // START says it as well
  CHECK(nlohmann::json::from_msgpack(agent.runner.calls[0].arguments) ==
        nlohmann::json{{"count", 3}});
  agent.runner.end(id, Outcome::Kind::Changed);
  CHECK(agent.uplink.all<wire::TaskResult>().empty());
  const auto result = agent.result_of(id);
  CHECK(result.state == TaskState::Changed);
  CHECK(result.attempt == 1);
  CHECK(result.started_ms >= test::kStart);
}

TEST_CASE("a task that this node must not run is refused with the reason", "[unit][executor]") {
  struct Row {
    std::string what;
    ErrorCode code;
  };
  const auto row = GENERATE(
      Row{"another node", ErrorCode::PermissionDenied},
      Row{"signature", ErrorCode::Unauthenticated}, Row{"unsigned", ErrorCode::Unauthenticated},
      Row{"epoch", ErrorCode::FailedPrecondition}, Row{"late", ErrorCode::Timeout},
      Row{"operation", ErrorCode::NotFound}, Row{"danger", ErrorCode::PermissionDenied},
      Row{"check", ErrorCode::Unsupported}, Row{"argument", ErrorCode::InvalidArgument},
      Row{"no msgpack", ErrorCode::InvalidArgument}, Row{"depth", ErrorCode::InvalidArgument},
      Row{"defaults", ErrorCode::ResourceExhausted}, Row{"instance", ErrorCode::NotFound});
  INFO(row.what);
  ExecutorHarness agent;
  auto welcome = agent.welcome();
  welcome.epoch = 5;
  agent.executor->session_began(welcome);
  auto spec = agent.spec("mock.change");
  spec.epoch = 5;
  if (row.what == "another node") spec.node = NodeId::random();
  if (row.what == "epoch") spec.epoch = 4;
  if (row.what == "late") spec.not_after_ms = test::kStart - 1;
  if (row.what == "operation") spec.operation = "mock.nothing";
  if (row.what == "danger") spec.operation = "mock.danger";
  if (row.what == "check") spec.flags = wire::TaskSpec::kCheckMode;
  if (row.what == "argument") spec.arguments = nlohmann::json::to_msgpack({{"count", "many"}});
  if (row.what == "no msgpack") spec.arguments = {0xc1};
  if (row.what == "depth") {  // a parser that recurses does not come back from this
    spec.arguments = {0x81, 0xa3, 'p', 'a', 'd'};
    spec.arguments.resize(200'000, 0x91);
    spec.arguments.push_back(0xc0);
  }
  if (row.what == "defaults") {
    spec.operation = "mock.wide";
    spec.arguments = nlohmann::json::to_msgpack({{"pad", std::string(600'000, 'x')}});
  }
  if (row.what == "instance") spec.instance = "other";
  auto task = agent.sign(spec);
  if (row.what == "signature") (*task.signature)[0] ^= 1;
  if (row.what == "unsigned") task.signature.reset();
  agent.executor->on_task(task);
  const auto refused = agent.uplink.all<wire::Refuse>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].task == spec.task);
  CHECK(refused[0].error.code == row.code);
  if (row.what == "argument") CHECK(refused[0].error.field == "/count");
  CHECK(agent.status_of(spec.task) == TaskState::Unknown);
}

TEST_CASE("dangerous operations run on a node that was started to trust", "[unit][executor]") {
  ExecutorHarness agent;
  agent.dev_trust = true;
  agent.restart();
  agent.session();
  agent.send("mock.danger");
  agent.until_called(1);
}

TEST_CASE("a task that is known is answered with the last word on it and not run again",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto spec = agent.spec("mock.change");
  const auto again = [&] {
    agent.uplink.said.clear();
    agent.send(spec);
    return agent.uplink.types();
  };
  agent.send(spec);
  CHECK(again().empty());  // its ACCEPT follows
  agent.until_called(1);
  CHECK(again() == std::vector{MessageType::Start});
  agent.runner.end(spec.task, Outcome::Kind::Ok);
  (void)agent.result_of(spec.task);
  CHECK(again() == std::vector{MessageType::Result});
  agent.acknowledge(spec.task);
  CHECK(again() == std::vector{MessageType::Status});
  CHECK(agent.runner.calls.size() == 1);
}

TEST_CASE("a task that runs beyond its time is told so, and is timed out", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  agent.clock.advance(std::chrono::seconds(29));
  agent.loop->run_ready();
  CHECK(agent.runner.cancelled.empty());
  agent.clock.advance(std::chrono::seconds(2));
  agent.loop->run_ready();
  REQUIRE(agent.runner.cancelled.size() == 1);
  CHECK(agent.runner.cancelled[0].second == wire::CancelReason::Deadline);
  agent.runner.end(id, Outcome::Kind::Failed);
  CHECK(agent.result_of(id).state == TaskState::TimedOut);
}

TEST_CASE("the time of an attempt that was lost does not run while the next one waits",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.again");
  agent.until_called(1);
  agent.runner.ready(false);
  agent.runner.end(id, Outcome::Kind::Lost);
  agent.clock.advance(std::chrono::seconds(31));
  agent.loop->run_ready();
  agent.runner.ready(true);
  agent.until_called(2);
  agent.runner.end(id, Outcome::Kind::Ok);
  CHECK(agent.result_of(id).state == TaskState::Ok);
}

TEST_CASE("a cancel reaches the plugin, and the task is cancelled", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  agent.executor->on_cancel({id, wire::CancelReason::Requested});
  REQUIRE(agent.runner.cancelled.size() == 1);
  agent.runner.end(id, Outcome::Kind::Failed,
                   Error{ErrorCode::Cancelled, "stopped", {}, false, {}});
  CHECK(agent.result_of(id).state == TaskState::Cancelled);
}

TEST_CASE("a call that the plugin refuses is a refused task with the plugin's words",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.runner.refuse = Error{ErrorCode::InvalidArgument, "no such container", "/name", false, {}};
  const auto id = agent.send("mock.change");
  const auto result = agent.result_of(id);
  CHECK(result.state == TaskState::Refused);
  CHECK(result.error->message == "no such container");
}

TEST_CASE("a plugin that is not there now gets the task when it comes", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.runner.refuse = Error{ErrorCode::Unavailable, "starting", {}, true, {}};
  const auto id = agent.send("mock.read");
  CHECK(agent.status_of(id) == TaskState::Accepted);
  agent.runner.refuse.reset();
  agent.runner.ready(false);
  agent.runner.ready(true);
  CHECK(agent.runner.calls.size() == 1);
}

TEST_CASE("an operation that only read when its task was taken is not run once it does more",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.runner.ready(false);
  const auto id = agent.send("mock.read");
  agent.catalog.change("mock.read", config::Risk::Change);
  agent.runner.ready(true);
  CHECK(agent.runner.calls.empty());
  CHECK(agent.result_of(id).state == TaskState::Refused);
}

TEST_CASE("nothing runs before the controller's time is known", "[unit][executor]") {
  ExecutorHarness agent;
  agent.send("mock.read");
  CHECK(agent.runner.calls.empty());
  agent.session();
  CHECK(agent.runner.calls.size() == 1);
}

TEST_CASE("a node that leaves tells which tasks it has, in every session", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto running = agent.send("mock.read");
  const auto promised = agent.send("mock.change");  // on its way to the disk
  agent.executor->leave();
  const auto told = agent.uplink.all<wire::Leaving>();
  REQUIRE(told.size() == 1);
  CHECK_THAT(told[0].tasks, Catch::UnorderedEquals(std::vector{running, promised}));
  agent.session();
  CHECK(agent.uplink.all<wire::Leaving>().size() == 2);
}

TEST_CASE("a read that a leaving node cuts off fails, and one that has not started is not told of",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto running = agent.send("mock.read");
  agent.runner.ready(false);
  agent.send("mock.read");
  REQUIRE(agent.executor->queued() == 1);
  agent.executor->leave();
  CHECK(agent.uplink.all<wire::Leaving>().at(0).tasks == std::vector{running});
  agent.runner.end(running, Outcome::Kind::Lost);
  const auto results = agent.uplink.all<wire::TaskResult>();
  REQUIRE(results.size() == 1);
  CHECK(results[0].state == TaskState::Failed);
  CHECK(results[0].error->message == "the agent was stopped while it ran");
}

TEST_CASE("time that is up while the agent stops ends no call that is made again after the start",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto again = agent.send("mock.again");
  const auto once = agent.send("mock.change");
  agent.until_called(2);
  agent.clock.advance(std::chrono::seconds(27));
  agent.executor->leave();
  agent.clock.advance(std::chrono::seconds(4));
  agent.loop->run_ready();
  REQUIRE(agent.runner.cancelled.size() == 1);
  CHECK(agent.runner.cancelled[0] == std::pair(once, wire::CancelReason::Deadline));
  agent.runner.end(again, Outcome::Kind::Lost);
  agent.restart();
  agent.session();
  agent.until_called(1);
  agent.runner.end(again, Outcome::Kind::Changed);
  const auto result = agent.result_of(again);
  CHECK(result.state == TaskState::Changed);
  CHECK(result.attempt == 2);
}

TEST_CASE("a node that leaves takes no more tasks and does not know them", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.executor->leave();
  agent.uplink.said.clear();
  const auto id = agent.send("mock.read");
  CHECK(agent.uplink.said.empty());
  CHECK(agent.status_of(id) == TaskState::Unknown);
}

TEST_CASE("more waiting arguments than the node's memory is meant for are refused",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.runner.ready(false);
  constexpr std::size_t kLarge = std::size_t{700} << 10U;
  std::size_t refused = 0;
  for (std::size_t sent = 0; sent <= agent::Executor::kMaxWaitingBytes; sent += kLarge) {
    agent.send(
        agent.spec("mock.read", nlohmann::json::object({{"pad", std::string(kLarge, 'x')}})));
    refused = agent.uplink.all<wire::Refuse>().size();
  }
  REQUIRE(refused >= 1);
  CHECK(refused <= 2);
  CHECK(agent.uplink.all<wire::Refuse>().back().error.code == ErrorCode::ResourceExhausted);
}
