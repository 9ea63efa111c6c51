// A job that goes on some nodes at once, and stops when it failed on too many.
#include <nlohmann/json.hpp>

#include "jobs/job_view.hpp"
#include "scripted_world.hpp"
#include "store/job_state.hpp"

namespace muster::controller {
namespace {

/// A world of connected agents n00, n01, ...
struct Many {
  explicit Many(int count) {
    for (int i = 0; i < count; ++i) {
      agents.push_back(std::make_unique<Agent>(world, (i < 10 ? "n0" : "n") + std::to_string(i)));
      agents.back()->connect();
    }
  }
  JobId run(std::size_t at_once, std::optional<SampleSize> max_failed = {},
            OfflinePolicy offline = OfflinePolicy::Skip) {
    JobRequest request;
    request.operation = "test.change";
    request.selector = "all";
    request.requested_by = "tester";
    request.at_once = SampleSize{at_once, false};
    request.max_failed = max_failed;
    request.offline = offline;
    const auto job = world.create(request);
    REQUIRE(job);
    return *job;
  }
  /// Ends what the agents have now; how many tasks that was.
  int finish(TaskState state) {
    std::vector<std::pair<Agent*, TaskId>> having;
    for (auto& agent : agents) {
      for (const auto& spec : agent->tasks()) having.emplace_back(agent.get(), spec.task);
    }
    for (const auto& [agent, task] : having) end(*agent, task, state);
    return static_cast<int>(having.size());
  }
  static void end(Agent& agent, TaskId task, TaskState state) {
    wire::TaskResult result;
    result.task = task;
    result.attempt = 1;
    result.state = state;
    result.started_ms = result.ended_ms = 1;
    agent.say(result);
  }
  /// The first of them, away for so long that it is offline.
  std::unique_ptr<Agent> lose_first() {
    auto lost = std::move(agents.front());
    agents.erase(agents.begin());
    for (int i = 0; i < 20; ++i) {
      world.advance(std::chrono::seconds(3));
      for (auto& agent : agents) agent->say(wire::Heartbeat{});
    }
    return lost;
  }
  /// A node that was there, and is not now.
  std::unique_ptr<Agent> lost(const std::string& name) {
    auto agent = std::make_unique<Agent>(world, name);
    agent->connect();
    world.fleet->on_gateway_lost(kGateway, "test");
    for (auto& other : agents) other->connect();
    return agent;
  }
  /// Nobody says anything until all that went out has been given up.
  void silence() {
    for (int i = 0; i < 100; ++i) world.advance(std::chrono::seconds(30));
  }
  World world;
  std::vector<std::unique_ptr<Agent>> agents;
};

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

TEST_CASE("a job that failed too often goes to no further node", "[integration][jobs]") {
  Many fleet(6);
  const auto job = fleet.run(2, SampleSize{2, false});
  CHECK(fleet.finish(TaskState::Failed) == 2);
  CHECK(fleet.finish(TaskState::Ok) <= 1);  // what went out before the second failure was known
  const auto stopped = fleet.world.jobs->find(job);
  CHECK(stopped->job.ended != 0);
  int cancelled = 0;
  for (const auto& task : stopped->tasks) cancelled += task.state == TaskState::Cancelled ? 1 : 0;
  CHECK(cancelled >= 3);
  CHECK(stopped->tasks.back().error->message.find("failed on 2 of its 6 nodes") !=
        std::string::npos);
  CHECK(fleet.world.jobs->broken_sums() == 0);
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

/// The last job's state, as the log of events tells it.
std::string told_end(World& world) {
  std::string state;
  const auto events = world.kept().events_after(0, 1000).value();
  for (const auto& event : events) {
    if (event.type == "job.ended") state = nlohmann::json::parse(event.data).at("state");
  }
  return state;
}

std::string_view shown_end(const World& world, JobId id) {
  const auto job = world.jobs->find(id);
  REQUIRE(job);
  return to_string(state_of(job->job, counts_of(job->tasks)));
}

TEST_CASE("a job that was stopped stays so, also when what was feared lost did well",
          "[integration][jobs]") {
  Many fleet(5);
  const auto job = fleet.run(2, SampleSize{2, false});
  std::vector<std::pair<Agent*, TaskId>> lost;
  for (auto& agent : fleet.agents) {
    for (const auto& spec : agent->tasks()) lost.emplace_back(agent.get(), spec.task);
  }
  REQUIRE(lost.size() == 2);
  fleet.silence();
  REQUIRE(shown_end(fleet.world, job) == "stopped");
  for (const auto& [agent, task] : lost) {
    agent->connect();
    Many::end(*agent, task, TaskState::Ok);
  }
  CHECK(fleet.world.state(job, "n00") == TaskState::Ok);
  CHECK(fleet.world.state(job, "n01") == TaskState::Ok);
  CHECK(shown_end(fleet.world, job) == "stopped");
  CHECK(told_end(fleet.world) == "stopped");
}

TEST_CASE("a stop of which a crash of the controller left only a part stored is made whole",
          "[integration][jobs]") {
  Many fleet(3);
  const auto job = fleet.run(1, SampleSize{1, false});
  const auto store = [&](const std::string& node, TaskState state, bool stopped) {
    auto task = fleet.world.task(job, node);
    task.state = state;
    task.ended = 1;
    fleet.world.kept().finish_tasks({{job, task, {}, 0, stopped}}, nullptr);
    fleet.world.settle();
  };
  store("n00", TaskState::Indeterminate, false);
  store("n01", TaskState::Cancelled, true);
  store("n00", TaskState::Ok, false);  // it is no failure any more
  fleet.world.restart();
  CHECK(fleet.world.state(job, "n02") == TaskState::Cancelled);
  CHECK(shown_end(fleet.world, job) == "stopped");
  CHECK(told_end(fleet.world) == "stopped");
}

TEST_CASE("one task that is cancelled by itself makes no stopped job", "[integration][jobs]") {
  Many fleet(2);
  const auto job = fleet.run(2, SampleSize{1, false});
  const auto first = fleet.agents[0]->tasks();
  REQUIRE(first.size() == 1);
  Many::end(*fleet.agents[0], first[0].task, TaskState::Failed);
  REQUIRE(fleet.world.jobs->cancel_task(job, fleet.agents[1]->id()));
  CHECK(fleet.finish(TaskState::Cancelled) == 1);
  CHECK(shown_end(fleet.world, job) == "done");
  CHECK(told_end(fleet.world) == "done");
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

TEST_CASE("a job that failed too often before it began is stopped at once", "[integration][jobs]") {
  Many fleet(4);
  Agent silent(fleet.world, "n99");  // it never connects
  const auto job = fleet.run(1, SampleSize{1, false}, OfflinePolicy::Fail);
  fleet.world.settle();
  CHECK(fleet.finish(TaskState::Ok) == 0);
  CHECK(fleet.world.jobs->find(job)->job.ended != 0);
  CHECK(fleet.world.state(job, "n99") == TaskState::Unreachable);
  CHECK(fleet.world.state(job, "n00") == TaskState::Cancelled);
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
  fleet.world.fleet->set_drain(id, Drain{1, "ann", "new disk"}, [](const Status&) {});
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

TEST_CASE("a budget without a pace ends what waits", "[integration][jobs]") {
  Many fleet(2);
  const auto late = fleet.lose_first();
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  request.requested_by = "tester";
  request.offline = OfflinePolicy::Queue;
  request.max_failed = SampleSize{1, false};
  const auto job = fleet.world.create(request).value();
  CHECK(fleet.finish(TaskState::Failed) == 1);
  CHECK(fleet.world.state(job, "n00") == TaskState::Cancelled);
  late->connect();
  CHECK(late->tasks().empty());
}

}  // namespace
}  // namespace muster::controller
