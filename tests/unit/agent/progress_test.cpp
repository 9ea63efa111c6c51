#include "executor/progress.hpp"

#include "executor_harness.hpp"

using namespace muster;
using agent::Outcome;
using agent::ProgressReports;
using test::ExecutorHarness;

namespace {

TaskId running(ExecutorHarness& agent) {
  agent.session();
  const auto id = agent.send("mock.read");
  REQUIRE(agent.runner.calls.size() == 1);
  return id;
}

std::vector<unsigned> told(const ExecutorHarness& agent) {
  std::vector<unsigned> all;
  for (const auto& progress : agent.uplink.all<wire::Progress>()) all.push_back(progress.done);
  return all;
}

void pass(ExecutorHarness& agent, std::chrono::milliseconds time) {
  agent.clock.advance(time);
  while (agent.loop->run_ready()) {
  }
}

}  // namespace

TEST_CASE("of a flood of progress the newest is told, four times a second", "[unit][progress]") {
  ExecutorHarness agent;
  const auto id = running(agent);
  constexpr int kSteps = 1000;
  for (int i = 0; i < kSteps; ++i) {
    agent.runner.progress(id, static_cast<std::uint16_t>(i));
    pass(agent, std::chrono::milliseconds(1));
  }
  pass(agent, ProgressReports::kPeriod);
  CHECK(told(agent) == std::vector<unsigned>{0, 249, 499, 749, 999});
}

TEST_CASE("progress that is rare is told at once, and nothing is told twice", "[unit][progress]") {
  ExecutorHarness agent;
  const auto id = running(agent);
  agent.runner.progress(id, 1);
  CHECK(told(agent) == std::vector<unsigned>{1});
  pass(agent, ProgressReports::kPeriod);
  pass(agent, ProgressReports::kPeriod);
  CHECK(told(agent) == std::vector<unsigned>{1});
  agent.runner.progress(id, 2);
  CHECK(told(agent) == std::vector<unsigned>{1, 2});
}

TEST_CASE("the progress of one task does not hold up another's", "[unit][progress]") {
  ExecutorHarness agent;
  const auto first = running(agent);
  const auto second = agent.send("mock.read");
  agent.runner.progress(first, 1);
  agent.runner.progress(second, 2);
  CHECK(told(agent) == std::vector<unsigned>{1, 2});
}

TEST_CASE("the newest progress waits for a congested uplink", "[unit][progress]") {
  ExecutorHarness agent;
  const auto id = running(agent);
  agent.uplink.full = true;
  for (std::uint16_t i = 1; i < 10; ++i) agent.runner.progress(id, i);
  pass(agent, ProgressReports::kPeriod);
  CHECK(told(agent).empty());
  agent.uplink.full = false;
  agent.executor->has_room();
  CHECK(told(agent) == std::vector<unsigned>{9});
}

TEST_CASE("progress that was not told goes into the next session", "[unit][progress]") {
  ExecutorHarness agent;
  const auto id = running(agent);
  agent.uplink.connected = false;
  agent.executor->session_ended();
  agent.runner.progress(id, 5);
  agent.runner.progress(id, 6);
  agent.uplink.connected = true;
  agent.session();
  CHECK(told(agent) == std::vector<unsigned>{6});
}

TEST_CASE("no progress follows the end of a task", "[unit][progress]") {
  ExecutorHarness agent;
  const auto id = running(agent);
  agent.runner.progress(id, 1);
  agent.runner.progress(id, 2);
  agent.runner.end(id, Outcome::Kind::Ok);
  agent.runner.progress(id, 3);
  pass(agent, ProgressReports::kPeriod);
  agent.executor->has_room();
  CHECK(told(agent) == std::vector<unsigned>{1});
  CHECK(agent.uplink.types().back() == wire::MessageType::Result);
}

TEST_CASE("a note is cut to the wire's limit at the end of a character", "[unit][progress]") {
  ExecutorHarness agent;
  const auto id = running(agent);
  const std::string filler(4095, 'x');
  agent.runner.progress(id, 1, filler + "ü");
  CHECK(agent.uplink.all<wire::Progress>().at(0).note == filler);
}
