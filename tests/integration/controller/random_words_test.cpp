// Nodes that say anything in any order: the sum of states holds, and every job comes to its end.
#include <random>

#include "jobs/job_view.hpp"
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

/// One agent that says some words about tasks that it was sent, true or not.
class Babbler {
 public:
  Babbler(World& world, const std::string& name) : world_(world), agent_(world, name) {
    agent_.connect();
  }

  void listen() {
    for (const auto& spec : agent_.tasks()) known_.push_back(spec.task);
    agent_.hear();
  }
  void say_something(std::mt19937& random) {
    if (!world_.fleet->connected(agent_.id())) {
      if (random() % 3 == 0) agent_.connect();
      return;
    }
    listen();
    if (known_.empty()) return;
    const auto task = known_[random() % known_.size()];
    switch (random() % 10) {
      case 0:
        return agent_.say(wire::Accept{task});
      case 1:
        return agent_.say(wire::Start{task, 1});
      case 2:
        return agent_.say(wire::Refuse{task, {ErrorCode::PermissionDenied, "no", "", false, {}}});
      case 3:
        return agent_.say(wire::Out{task, wire::Stream::Stdout, random() % 3, {1, 2, 3}});
      case 4:
        return agent_.say(wire::Progress{task, 1, ""});
      case 5: {
        const auto state = static_cast<TaskState>(10 + random() % 7);
        auto result = result_of(task, state);
        if (random() % 2 == 0) result.outputs = {{wire::Stream::Stdout, 3, 3, {}}};
        return agent_.say(result);
      }
      case 6:
        return agent_.say(wire::StatusReport{{{task, static_cast<TaskState>(random() % 2 * 4)}}});
      case 7:
        return agent_.say(wire::Heartbeat{});
      case 8:
        return agent_.say(wire::Accept{TaskId::random()});
      default:
        return agent_.deliver(Bytes{0x93, 1, 2, 3});
    }
  }

 private:
  World& world_;
  Agent agent_;
  std::vector<TaskId> known_;
};

void check_all(World& world, const std::vector<JobId>& jobs, std::size_t targets) {
  for (const auto& id : jobs) {
    const auto job = world.jobs->find(id);
    REQUIRE(job);
    REQUIRE(job->job.targets == targets);
    REQUIRE(counts_of(job->tasks).total() == static_cast<std::int64_t>(targets));
  }
  REQUIRE(world.jobs->broken_sums() == 0);
}

TEST_CASE("whatever nodes say, states add up to targets and every job ends",
          "[integration][jobs]") {
  const auto seed = GENERATE(range(1U, 9U));
  INFO("seed " << seed);
  std::mt19937 random(seed);
  World world;
  std::vector<std::unique_ptr<Babbler>> babblers;
  for (const auto* name : {"a", "b", "c"})
    babblers.push_back(std::make_unique<Babbler>(world, name));
  std::vector<JobId> jobs;
  for (int i = 0; i < 400; ++i) {
    switch (random() % 40) {
      case 0:
      case 1:
      case 2:
      case 3:
        jobs.push_back(world.run(random() % 2 == 0 ? "test.read" : "test.change", "all",
                                 OfflinePolicy::Queue));
        break;
      case 4:
        world.restart();
        break;
      case 5:
        world.fleet->on_gateway_lost(kGateway, "test");
        break;
      case 6:
        if (!jobs.empty())
          world.jobs->cancel(jobs[random() % jobs.size()], "ann", [](const Status&) {});
        break;
      case 7:
        world.advance(std::chrono::seconds(random() % 20));
        break;
      case 8:
        world.store.fail_writes_with(Error{ErrorCode::Unavailable, "broken", "", true, {}});
        [[fallthrough]];
      case 9:
        world.settle();
        world.store.fail_writes_with(std::nullopt);
        world.advance(std::chrono::milliseconds(1100));
        break;
      default:
        babblers[random() % babblers.size()]->say_something(random);
    }
    world.settle();
    if (i % 20 == 0) check_all(world, jobs, 3);
  }
  world.fleet->on_gateway_lost(kGateway, "the end");
  world.clock.advance(std::chrono::hours(25));
  world.advance(std::chrono::seconds(5));
  check_all(world, jobs, 3);
  CHECK(world.jobs->open_jobs() == 0);
  for (const auto& id : jobs) CHECK(counts_of(world.jobs->find(id)->tasks).open() == 0);
}

}  // namespace
}  // namespace muster::controller
