// A job that stops because it failed on too many nodes.
#include <nlohmann/json.hpp>

#include "jobs/job_view.hpp"
#include "many_nodes.hpp"
#include "store/job_state.hpp"

namespace muster::controller {
namespace {

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

TEST_CASE("a task that its node never had goes to no node when its job was stopped meanwhile",
          "[integration][jobs]") {
  Many fleet(3);
  const auto job = fleet.run(2, SampleSize{1, false});
  const auto first = fleet.agents[0]->tasks();
  const auto second = fleet.agents[1]->tasks();
  REQUIRE((first.size() == 1 && second.size() == 1));
  Many::end(*fleet.agents[0], first[0].task, TaskState::Failed);
  fleet.agents[1]->say(wire::StatusReport{{{second[0].task, TaskState::Unknown}}});
  CHECK(fleet.world.state(job, "n01") == TaskState::Cancelled);
  CHECK(fleet.agents[1]->tasks().empty());
  CHECK(told_end(fleet.world) == "stopped");
  CHECK(fleet.world.jobs->broken_sums() == 0);
}

TEST_CASE("who watches is told as the store keeps it whether a job was stopped or cancelled",
          "[integration][jobs]") {
  Many fleet(2);
  if (fleet.world.disk) return;
  const auto job = fleet.run(1, SampleSize{1, false});
  std::string told;
  const auto watching = fleet.world.jobs->subscribe(job, [&told](const JobEvent& event) {
    const auto* done = std::get_if<JobDone>(&event);
    if (done != nullptr) told = to_string(state_of(done->job.job, counts_of(done->job.tasks)));
    return true;
  });
  REQUIRE(watching);
  const bool cancelled = GENERATE(false, true);
  const auto tasks = fleet.agents[0]->tasks();
  REQUIRE(tasks.size() == 1);
  fleet.world.store.hold_writes(true);
  Many::end(*fleet.agents[0], tasks[0].task, TaskState::Failed);
  // Stored after the failure, and before what follows from that.
  if (cancelled) fleet.world.jobs->cancel(job, "ann", [](const Status&) {});
  fleet.world.store.hold_writes(false);
  fleet.world.settle();
  CHECK(told == (cancelled ? "cancelled" : "stopped"));
  CHECK(told == told_end(fleet.world));
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
