// A job that goes on some nodes at once.
#include "many_nodes.hpp"

namespace muster::controller {
namespace {

TEST_CASE("no more nodes have the job at once than it may", "[integration][jobs]") {
  Many fleet(7);
  const auto job = fleet.run(3);
  CHECK(fleet.finish(TaskState::Ok) == 3);
  CHECK(fleet.finish(TaskState::Ok) == 3);
  CHECK(fleet.world.jobs->find(job)->job.ended == 0);
  CHECK(fleet.finish(TaskState::Ok) == 1);
  const auto done = fleet.world.jobs->find(job);
  CHECK(done->job.ended != 0);
  CHECK(fleet.world.jobs->broken_sums() == 0);
}

TEST_CASE("each end lets one more node have it", "[integration][jobs]") {
  Many fleet(4);
  std::ignore = fleet.run(2);
  auto first = fleet.agents[0]->tasks();
  REQUIRE(first.size() == 1);
  CHECK(fleet.agents[2]->tasks().empty());
  Many::end(*fleet.agents[0], first[0].task, TaskState::Ok);
  CHECK(fleet.agents[2]->tasks().size() == 1);
  CHECK(fleet.agents[3]->tasks().empty());
}

TEST_CASE("the pace outlives a restart of the controller", "[integration][jobs]") {
  Many fleet(5);
  const auto job = fleet.run(2, SampleSize{1, false});
  fleet.world.restart();
  for (auto& agent : fleet.agents) agent->connect();
  for (auto& agent : fleet.agents) {
    for (const auto& query : agent->heard<wire::Query>()) {
      wire::StatusReport report;
      for (const auto& id : query.tasks) report.tasks.push_back({id, TaskState::Unknown});
      agent->say(report);
    }
  }
  CHECK(fleet.finish(TaskState::Failed) == 2);
  const auto stopped = fleet.world.jobs->find(job);
  CHECK(stopped->job.ended != 0);
  CHECK(stopped->tasks.back().state == TaskState::Cancelled);
  CHECK(fleet.world.events_of("job.stopped") == 1);
  fleet.world.restart();
  CHECK(fleet.world.events_of("job.stopped") == 1);
  CHECK(fleet.world.events_of("job.ended") == 1);
}

TEST_CASE("a job whose held nodes are cancelled ends", "[integration][jobs]") {
  Many fleet(5);
  const auto job = fleet.run(2);
  fleet.world.jobs->cancel(job, "ann", [](const Status&) {});
  fleet.world.settle();
  CHECK(fleet.finish(TaskState::Cancelled) == 2);
  const auto ended = fleet.world.jobs->find(job);
  CHECK(ended->job.ended != 0);
  for (const auto& task : ended->tasks) CHECK(task.state == TaskState::Cancelled);
  CHECK(fleet.world.jobs->broken_sums() == 0);
  CHECK(fleet.world.events_of("job.cancelled") == 1);
  CHECK(fleet.world.events_of("job.stopped") == 0);
}

TEST_CASE("a node that is gone when its turn comes holds nobody up", "[integration][jobs]") {
  Many fleet(3);
  const auto job = fleet.run(1);
  fleet.agents.erase(fleet.agents.begin() + 1);  // it says nothing any more
  for (int i = 0; i < 20; ++i) {
    fleet.world.advance(std::chrono::seconds(3));
    for (auto& agent : fleet.agents) agent->say(wire::Heartbeat{});
  }
  CHECK(fleet.finish(TaskState::Ok) == 1);
  CHECK(fleet.world.state(job, "n01") == TaskState::Skipped);
  CHECK(fleet.finish(TaskState::Ok) == 1);
  CHECK(fleet.world.jobs->find(job)->job.ended != 0);
}

TEST_CASE("nodes that a job waits for hold no others up, and get it when they come",
          "[integration][jobs]") {
  Many fleet(3);
  const auto late = fleet.lose_first();
  const auto job = fleet.run(1, {}, OfflinePolicy::Queue);
  CHECK(fleet.finish(TaskState::Ok) == 1);
  CHECK(fleet.finish(TaskState::Ok) == 1);
  late->connect();
  const auto tasks = late->tasks();
  REQUIRE(tasks.size() == 1);
  Many::end(*late, tasks[0].task, TaskState::Ok);
  CHECK(fleet.world.jobs->find(job)->job.ended != 0);
}

TEST_CASE("the next node of a job is found without a look at all that wait",
          "[integration][jobs]") {
  Many fleet(10);
  std::vector<std::unique_ptr<Agent>> late;
  for (int i = 10; i < 50; ++i) late.push_back(fleet.lost("m" + std::to_string(i)));
  const auto job = fleet.run(1, {}, OfflinePolicy::Queue);
  for (int i = 0; i < 10; ++i) CHECK(fleet.finish(TaskState::Ok) == 1);
  CHECK(fleet.world.jobs->held_tasks_seen() == 50);
  for (auto& agent : late) {
    agent->connect();
    const auto tasks = agent->tasks();
    REQUIRE(tasks.size() == 1);
    Many::end(*agent, tasks[0].task, TaskState::Ok);
  }
  CHECK(fleet.world.jobs->held_tasks_seen() == 50 + 40);
  CHECK(fleet.world.jobs->find(job)->job.ended != 0);
}

TEST_CASE("a node that comes while others have the job gets it in its turn",
          "[integration][jobs]") {
  Many fleet(2);
  const auto late = fleet.lost("m0");
  const auto job = fleet.run(1, {}, OfflinePolicy::Queue);
  late->connect();
  CHECK(late->tasks().empty());
  CHECK(fleet.finish(TaskState::Ok) == 1);
  const auto tasks = late->tasks();
  REQUIRE(tasks.size() == 1);
  Many::end(*late, tasks[0].task, TaskState::Ok);
  CHECK(fleet.finish(TaskState::Ok) == 1);
  CHECK(fleet.world.jobs->find(job)->job.ended != 0);
}

TEST_CASE("what waits for its node is not forgotten when the last other task there ends",
          "[integration][jobs]") {
  Many fleet(1);
  const auto late = fleet.lost("m0");
  fleet.run(1, {}, OfflinePolicy::Queue);
  const auto other = fleet.world.run("test.change", "node:m0", OfflinePolicy::Queue);
  fleet.world.jobs->cancel(other, "ann", [](const Status&) {});
  fleet.world.settle();
  CHECK(fleet.world.state(other, "m0") == TaskState::Cancelled);
  CHECK(fleet.finish(TaskState::Ok) == 1);
  late->connect();
  CHECK(late->tasks().size() == 1);
}

TEST_CASE("what waits for its node ends with its job, and the node gets nothing when it comes",
          "[integration][jobs]") {
  Many fleet(1);
  const auto late = fleet.lost("m0");
  const auto job = fleet.run(1, {}, OfflinePolicy::Queue);
  if (GENERATE(true, false)) {
    fleet.world.jobs->cancel(job, "ann", [](const Status&) {});
    fleet.world.settle();
    CHECK(fleet.finish(TaskState::Cancelled) == 1);
    CHECK(fleet.world.state(job, "m0") == TaskState::Cancelled);
  } else {
    CHECK(fleet.finish(TaskState::Ok) == 1);
    fleet.world.advance(kDefaultQueueWindow);
    CHECK(fleet.world.state(job, "m0") == TaskState::Expired);
  }
  CHECK(fleet.world.jobs->open_jobs() == 0);
  late->connect();
  CHECK(late->tasks().empty());
  CHECK(fleet.world.jobs->broken_sums() == 0);
}

TEST_CASE("a node that is drained before its turn does not get the job", "[integration][jobs]") {
  Many fleet(2);
  const auto job = fleet.run(1);
  const auto id = (*fleet.world.fleet->find("n01"))->record.id;
  fleet.world.fleet->drain(id, Drain{1, "ann", "new disk"}, [](const auto&) {});
  fleet.world.settle();
  CHECK(fleet.finish(TaskState::Ok) == 1);
  CHECK(fleet.world.state(job, "n01") == TaskState::Skipped);
  CHECK(fleet.world.jobs->find(job)->job.ended != 0);
}

TEST_CASE("a node that is lost keeps its place no longer than a task alone would",
          "[integration][jobs]") {
  Many fleet(2);
  const auto job = fleet.run(1);
  const auto lost = fleet.agents[0]->tasks();
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].not_after_ms <= lost[0].issued_ms + 60'000);
  for (int i = 0; i < 60; ++i) {
    fleet.world.advance(std::chrono::seconds(10));
    fleet.agents[1]->say(wire::Heartbeat{});
  }
  CHECK(fleet.world.state(job, "n00") == TaskState::Indeterminate);
  CHECK(fleet.agents[1]->tasks().size() == 1);
}

}  // namespace
}  // namespace muster::controller
