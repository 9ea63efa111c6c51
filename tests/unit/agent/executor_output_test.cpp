#include "executor_harness.hpp"

using namespace muster;
using agent::Outcome;
using test::ExecutorHarness;
using wire::Stream;

namespace {

constexpr std::size_t kChunk = agent::Outbox::kChunk;

std::uint64_t bytes_said(const ExecutorHarness& agent) {
  std::uint64_t bytes = 0;
  for (const auto& out : agent.uplink.all<wire::Out>()) bytes += out.bytes.size();
  return bytes;
}

TaskId running_read(ExecutorHarness& agent) {
  const auto id = agent.send("mock.read");
  REQUIRE(agent.runner.calls.size() == 1);
  return id;
}

}  // namespace

TEST_CASE("output beyond the cap is counted, not kept, and the result says so", "[unit][output]") {
  ExecutorHarness agent;
  agent.output_cap = 10;
  agent.session();
  const auto id = running_read(agent);
  agent.runner.print(id, "0123456789abcdef");
  agent.runner.print(id, "more");
  agent.runner.end(id, Outcome::Kind::Ok);
  const auto result = agent.result_of(id);
  REQUIRE(result.outputs.size() == 1);
  CHECK(result.outputs[0].size == 20);
  CHECK(result.outputs[0].kept == 10);
  CHECK(result.outputs[0].digest == crypto::sha256(as_bytes("0123456789")));
  CHECK(bytes_said(agent) == 10);
}

TEST_CASE("no more output is under way than the window allows", "[unit][output]") {
  ExecutorHarness agent;
  agent.window_bytes = 2 * kChunk;
  agent.session();
  const auto id = running_read(agent);
  for (int i = 0; i < 4; ++i) agent.runner.print(id, std::string(kChunk, 'x'));
  agent.runner.end(id, Outcome::Kind::Ok);
  CHECK(bytes_said(agent) == 2 * kChunk);
  CHECK(agent.uplink.all<wire::TaskResult>().empty());
  agent.executor->on_out_ack({id, Stream::Stdout, kChunk, false});
  CHECK(bytes_said(agent) == 3 * kChunk);
  agent.executor->on_out_ack({id, Stream::Stdout, 3 * kChunk, false});
  CHECK(bytes_said(agent) == 4 * kChunk);
  CHECK(agent.uplink.types().back() == wire::MessageType::Result);
}

TEST_CASE("no more results are under way than the window allows", "[unit][output]") {
  ExecutorHarness agent;
  agent.window_messages = 2;
  agent.session();
  std::vector<TaskId> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(agent.send("mock.read"));
    agent.runner.end(ids.back(), Outcome::Kind::Ok);
  }
  CHECK(agent.uplink.all<wire::TaskResult>().size() == 2);
  agent.acknowledge(ids[0]);
  CHECK(agent.uplink.all<wire::TaskResult>().size() == 3);
}

TEST_CASE("a rewind brings the output again from there, and then the result again",
          "[unit][output]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = running_read(agent);
  agent.runner.print(id, "0123456789");
  agent.runner.end(id, Outcome::Kind::Ok);
  agent.uplink.said.clear();
  agent.executor->on_out_ack({id, Stream::Stdout, 4, true});
  CHECK(agent.uplink.types() == std::vector{wire::MessageType::Out, wire::MessageType::Result});
  const auto out = agent.uplink.all<wire::Out>().at(0);
  CHECK(out.offset == 4);
  CHECK(as_text(out.bytes) == "456789");
}

TEST_CASE("a new session goes on from the last acknowledgement and tells every result again",
          "[unit][output]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = running_read(agent);
  agent.runner.print(id, "0123456789");
  agent.runner.end(id, Outcome::Kind::Ok);
  agent.executor->on_out_ack({id, Stream::Stdout, 7, false});
  for (int i = 0; i < 2; ++i) {
    agent.executor->session_ended();
    agent.uplink.said.clear();
    agent.session();
    CHECK(as_text(agent.uplink.all<wire::Out>().at(0).bytes) == "789");
    CHECK(agent.result_of(id).state == wire::TaskState::Ok);
  }
  agent.acknowledge(id);
  agent.executor->session_ended();
  agent.uplink.said.clear();
  agent.session();
  CHECK(agent.uplink.said.empty());
}

TEST_CASE("a controller that is far ahead gets only what it has not", "[unit][output]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = running_read(agent);
  agent.executor->on_out_ack({id, Stream::Stdout, 5, true});  // no such stream: not a crash
  agent.runner.print(id, "abc");
  agent.executor->on_out_ack({id, Stream::Stdout, 5, true});
  agent.uplink.said.clear();
  agent.runner.print(id, "defg");
  CHECK(as_text(agent.uplink.all<wire::Out>().at(0).bytes) == "fg");
}

TEST_CASE("the streams of a task are apart", "[unit][output]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = running_read(agent);
  agent.runner.print(id, "out");
  agent.runner.print(id, "err", Stream::Stderr);
  agent.runner.end(id, Outcome::Kind::Ok);
  const auto result = agent.result_of(id);
  REQUIRE(result.outputs.size() == 2);
  CHECK(result.outputs[0].stream == Stream::Stdout);
  CHECK(result.outputs[1].digest == crypto::sha256(as_bytes("err")));
}

TEST_CASE("a plugin gets credit for what the spool took, and none while it is full",
          "[unit][output]") {
  ExecutorHarness agent;
  agent.spool_budget = 4 * kChunk;
  agent.output_cap = std::uint64_t{1} << 30U;
  agent.window_bytes = kChunk;
  agent.restart();
  agent.session();
  const auto id = running_read(agent);
  for (int i = 0; i < 3; ++i) agent.runner.print(id, std::string(kChunk, 'x'));
  CHECK(agent.runner.credit[id] == 2 * kChunk);
  for (int i = 0; i < 2; ++i) agent.runner.print(id, std::string(kChunk, 'x'));
  CHECK(agent.runner.credit[id] == 2 * kChunk);
  // Acknowledged bytes go back to the disk in whole mebibytes, so the rest of the credit waits.
  for (int i = 0; i < 14; ++i) agent.runner.print(id, std::string(kChunk, 'x'));
  std::uint64_t acknowledged = 0;
  while (acknowledged < std::uint64_t{1} << 20U) {
    acknowledged += kChunk;
    agent.executor->on_out_ack({id, Stream::Stdout, acknowledged, false});
  }
  CHECK(agent.spool->used() == 3 * kChunk);
  CHECK(agent.runner.credit[id] == 19 * kChunk);
}

TEST_CASE("a task that prints much does not hold up another's answer", "[unit][output]") {
  ExecutorHarness agent;
  agent.window_bytes = kChunk;
  agent.output_cap = std::uint64_t{1} << 30U;
  agent.session();
  const auto loud = running_read(agent);
  for (int i = 0; i < 10; ++i) agent.runner.print(loud, std::string(kChunk, 'x'));
  const auto ping = agent.send("mock.read");
  agent.runner.end(ping, Outcome::Kind::Ok);
  CHECK(agent.result_of(ping).state == wire::TaskState::Ok);
}

TEST_CASE("bulk waits while the connection is congested", "[unit][output]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = running_read(agent);
  agent.uplink.full = true;
  agent.runner.print(id, "abc");
  CHECK(bytes_said(agent) == 0);
  agent.uplink.full = false;
  agent.executor->has_room();
  CHECK(bytes_said(agent) == 3);
}

TEST_CASE("what a further attempt prints replaces what the one before printed", "[unit][output]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.again");
  agent.until_called(1);
  agent.runner.print(id, std::string(kChunk, 'x'));
  agent.runner.end(id, Outcome::Kind::Lost);
  agent.until_called(2);
  agent.runner.print(id, std::string(kChunk, 'y'));
  CHECK(agent.runner.credit[id] == 0);  // half of the first credit is another attempt's
  agent.runner.end(id, Outcome::Kind::Ok);
  const auto result = agent.result_of(id);
  REQUIRE(result.outputs.size() == 1);
  CHECK(result.outputs[0].size == kChunk);
  CHECK(result.outputs[0].digest == crypto::sha256(as_bytes(std::string(kChunk, 'y'))));
  CHECK(agent.uplink.all<wire::Out>().back().offset == 0);
}
