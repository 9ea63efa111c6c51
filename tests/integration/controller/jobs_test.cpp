#include <nlohmann/json.hpp>

#include "jobs/job_view.hpp"
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("only so many watch at once, and one that leaves makes room", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto job = world.run();
  const auto watch = [&] {
    return world.jobs->subscribe(job, [](const JobEvent&) { return true; });
  };
  std::vector<Subscription> watching;
  for (std::size_t i = 0; i < kMaxWatchers; ++i) {
    auto subscription = watch();
    REQUIRE(subscription);
    watching.push_back(std::move(*subscription));
  }
  const auto refused = watch();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::ResourceExhausted);
  watching.pop_back();
  CHECK(watch());
}

TEST_CASE("a job that would pass the limit of open tasks is refused before anything is made",
          "[integration][jobs]") {
  World world;
  Agent web1(world, "web1");
  Agent web2(world, "web2");
  web1.connect();
  web2.connect();
  world.jobs.reset();
  world.jobs = std::make_unique<JobService>(
      JobService::Parts{*world.loop, world.store, *world.fleet, *world.events, world.log,
                        world.signing_key, world.session_key, 3});
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  // Both are asked for before the first is stored.
  std::vector<tl::expected<JobId, JobRefusal>> made;
  for (int i = 0; i < 2; ++i) {
    world.jobs->create(request, [&](auto created) { made.push_back(std::move(created)); });
  }
  world.settle();
  REQUIRE(made.size() == 2);
  CHECK(std::count_if(made.begin(), made.end(),
                      [](const auto& each) { return each.has_value(); }) == 1);
  const auto refused = world.create(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "busy");
  CHECK(refused.error().error.code == ErrorCode::ResourceExhausted);
  CHECK(world.jobs->list({})->jobs.size() == 1);
  request.selector = "node:web1";
  CHECK(world.create(request));
}

TEST_CASE_METHOD(SentTask, "a list of jobs takes the counts of open ones from memory",
                 "[integration][jobs]") {
  agent.say(wire::Accept{task});
  const auto open = world.jobs->list({})->jobs;
  REQUIRE(open.size() == 1);
  CHECK(open[0].counts.of(TaskState::Accepted) == 1);
  agent.say(result_of(task));
  CHECK(world.jobs->list({})->jobs.at(0).counts.of(TaskState::Ok) == 1);
  CHECK(world.store.jobs_counted() == 0);
}

TEST_CASE("the search for tasks whose time is over looks at open ones only, of jobs that are due",
          "[integration][jobs]") {
  World world;
  Agent web1(world, "web1");
  Agent web2(world, "web2");
  web1.connect();
  web2.connect();
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  request.start_within = seconds(10);
  REQUIRE(world.create(request));
  request.start_within = std::chrono::hours(1);
  REQUIRE(world.create(request));
  for (const auto& spec : web1.tasks()) web1.say(result_of(spec.task));
  world.advance(seconds(8));
  CHECK(world.jobs->tasks_swept() == 0);
  world.advance(seconds(4));
  const auto before = world.jobs->tasks_swept();
  CHECK(before >= 2);
  world.advance(seconds(3));
  CHECK(world.jobs->tasks_swept() == before + 3);
  for (const auto& spec : web2.tasks()) web2.say(result_of(spec.task));
  world.advance(seconds(3));
  CHECK(world.jobs->tasks_swept() == before + 3);
}

TEST_CASE("a task goes out signed, runs, and its end is acknowledged once it is stored",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const auto job = world.run();
  const auto specs = agent.tasks();
  REQUIRE(specs.size() == 1);
  CHECK(specs[0].node == agent.id());
  CHECK(specs[0].job == job);
  CHECK(specs[0].epoch == world.store.meta().epoch);
  CHECK(nlohmann::json::from_msgpack(specs[0].arguments) == nlohmann::json::object());
  CHECK(world.state(job, "web1") == TaskState::Delivered);
  agent.say(wire::Accept{specs[0].task});
  CHECK(world.state(job, "web1") == TaskState::Accepted);
  agent.say(wire::Start{specs[0].task, 42});
  CHECK(world.state(job, "web1") == TaskState::Running);
  auto result = result_of(specs[0].task, TaskState::Changed);
  result.result = nlohmann::json::to_msgpack({{"n", 1}});
  agent.say(result);
  const auto acks = agent.heard<wire::ResultAck>();
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].tasks == std::vector<TaskId>{specs[0].task});
  CHECK(world.jobs->open_jobs() == 0);
  const auto view = job_view(*world.jobs->find(job));
  CHECK(view["state"] == "done");
  CHECK(view["counts"] == nlohmann::json{{"targets", 1}, {"changed", 1}});
  CHECK(view["tasks"][0]["result"]["n"] == 1);
}

TEST_CASE("a job whose task got lost still says how many targets it had, and is counted as broken",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  JobRecord job;
  job.id = JobId::random();
  job.operation = "test.change";
  job.arguments = "{}";
  job.targets = 2;
  TaskRecord task;
  task.id = TaskId::random();
  task.node = agent.id();
  task.node_name = "web1";
  world.store.create_job(job, {task}, nullptr);
  world.settle();
  CHECK(world.jobs->broken_sums() == 0);
  world.restart();
  CHECK(world.jobs->broken_sums() == 1);
  CHECK(job_view(*world.jobs->find(job.id))["counts"]["targets"] == 2);
}

TEST_CASE_METHOD(SentTask, "no RESULT is acknowledged while the disk is full, and none is lost",
                 "[integration][jobs]") {
  world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "disk full", "", true, {}});
  agent.say(result_of(task));
  CHECK(agent.heard<wire::ResultAck>().empty());
  CHECK(world.state(job, "web1") == TaskState::Delivered);
  world.store.fail_writes_with(std::nullopt);
  world.advance(milliseconds(1100));
  CHECK(agent.heard<wire::ResultAck>().size() == 1);
  CHECK(world.state(job, "web1") == TaskState::Ok);
}

TEST_CASE("a job that cannot be made says why, for people and for programs",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  SECTION("a broken selector, with a caret") {
    request.selector = "all and";
    const auto refusal = world.create(request).error();
    CHECK(refusal.reason == "selector_syntax");
    CHECK(refusal.position.find('^') != std::string::npos);
    request.selector = std::string(20'000, 'a');
    CHECK(world.create(request).error().error.code == ErrorCode::InvalidArgument);
  }
  SECTION("a selector that matches nothing names the node that was meant") {
    request.selector = "node:wep1";
    const auto refusal = world.create(request).error();
    CHECK(refusal.reason == "matched_nothing");
    CHECK(refusal.error.code == ErrorCode::NotFound);
    CHECK(refusal.error.message.find("web1") != std::string::npos);
  }
  SECTION("an unknown operation, with a near one, or else those of the plugin") {
    const auto why = [&](const std::string& operation) {
      request.operation = operation;
      return world.create(request).error().error.message;
    };
    CHECK(why("test.chance") == "no node has an operation test.chance; did you mean test.change?");
    CHECK(why("test.or-else").ends_with(" has test.change test.danger test.read test.secret"));
    CHECK(world.create(request).error().reason == "unknown_operation");
  }
  SECTION("a wrong argument, with its JSON pointer") {
    request.arguments = {{"count", "many"}};
    const auto refusal = world.create(request).error();
    CHECK(refusal.reason == "bad_arguments");
    CHECK(refusal.error.field == "/count");
  }
  SECTION("a check that the operation does not have") {
    request.check = true;
    CHECK(world.create(request).error().error.field == "/check");
  }
  SECTION("a timeout beyond a week") {
    request.timeout = std::chrono::hours(24 * 8);
    CHECK(world.create(request).error().error.field == "/timeout");
  }
  SECTION("an output cap that keeps nothing") {
    request.output_cap = 0;
    CHECK(world.create(request).error().error.field == "/output_cap");
  }
  SECTION("a full disk") {
    world.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "disk full", "", true, {}});
    CHECK(world.create(request).error().reason == "disk_full");
  }
  CHECK(world.jobs->open_jobs() == 0);
  CHECK(agent.tasks().empty());
}

TEST_CASE("the same idempotency key runs once", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  request.idempotency_key = "once";
  const auto first = world.create(request);
  CHECK(world.create(request).value() == first.value());
  CHECK(agent.tasks().size() == 1);
  auto another = request;
  another.selector = "node:web1";
  CHECK(world.create(another).error().reason == "idempotency_key");
  world.fleet->retire(agent.id(), "ann", [](const Status&) {});
  world.settle();
  CHECK(world.create(request).value_or(JobId()) == first.value());  // though it matches nothing now
  CHECK(world.create(another).error().reason == "idempotency_key");
}

TEST_CASE("a node without the operation ends as refused, with the reason", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  Agent bare(world, "web2");
  agent.connect();
  bare.connect();
  bare.say(wire::Plugins{});
  const auto job = world.run();
  const auto task = world.task(job, "web2");
  CHECK(task.state == TaskState::Refused);
  CHECK(task.error->code == ErrorCode::Unsupported);
  CHECK(world.state(job, "web1") == TaskState::Delivered);
}

TEST_CASE("tasks of offline nodes end, fail or wait, as the policy says", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.advance(seconds(40));
  REQUIRE(world.fleet->find(agent.id())->presence == Presence::Offline);
  const auto [policy, state] =
      GENERATE(table<OfflinePolicy, TaskState>({{OfflinePolicy::Skip, TaskState::Skipped},
                                                {OfflinePolicy::Fail, TaskState::Unreachable},
                                                {OfflinePolicy::Queue, TaskState::Queued}}));
  const auto job = world.run("test.change", "all", policy);
  CHECK(world.state(job, "web1") == state);
  if (policy != OfflinePolicy::Queue) {
    CHECK(world.jobs->open_jobs() == 0);
    return;
  }
  agent.connect();
  CHECK(agent.tasks().size() == 1);
  CHECK(world.state(job, "web1") == TaskState::Delivered);
}

TEST_CASE("a queued task whose time is over expires, and was never sent", "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.advance(seconds(40));
  JobRequest request;
  request.operation = "test.change";
  request.selector = "all";
  request.offline = OfflinePolicy::Queue;
  request.start_within = seconds(10);
  const auto job = world.create(request).value();
  world.advance(seconds(12));
  CHECK(world.state(job, "web1") == TaskState::Expired);
  agent.connect();
  CHECK(agent.tasks().empty());
}

TEST_CASE(
    "no more tasks are on a node at once than its credit, and the next goes out when one ends",
    "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  for (std::size_t i = 0; i < kMaxTasksInFlight + 5; ++i) std::ignore = world.run("test.read");
  const auto tasks = agent.tasks();
  REQUIRE(tasks.size() == kMaxTasksInFlight);
  agent.say(result_of(tasks[0].task));
  CHECK(agent.tasks().size() == 1);
}

TEST_CASE("nothing is sent while the gateway has no room, and nothing is sent twice after",
          "[integration][jobs]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  world.link.full = true;
  const auto job = world.run();
  CHECK(agent.tasks().empty());
  world.link.full = false;
  world.fleet->on_writable(kGateway);
  world.settle();
  REQUIRE(agent.tasks().size() == 1);
  CHECK(world.state(job, "web1") == TaskState::Delivered);
}

TEST_CASE_METHOD(SentTask, "cancelling reaches queued, running and lost tasks alike",
                 "[integration][jobs]") {
  const auto cancel = [&] {
    bool done = false;
    world.jobs->cancel(job, "ann", [&](const Status& asked) { done = asked.has_value(); });
    world.settle();
    CHECK(done);
  };
  SECTION("the node is told, once, and has the last word") {
    agent.say(wire::Start{task, 1});
    cancel();
    cancel();
    const auto cancels = agent.heard<wire::Cancel>();
    REQUIRE(cancels.size() == 1);
    CHECK(cancels[0].task == task);
    agent.say(result_of(task, TaskState::Cancelled));
    CHECK(world.state(job, "web1") == TaskState::Cancelled);
    CHECK(job_view(*world.jobs->find(job))["state"] == "cancelled");
  }
  SECTION("a node that never had the task does not get it any more") {
    world.fleet->on_gateway_lost(kGateway, "test");
    cancel();
    agent.connect();
    const auto query = agent.heard<wire::Query>();
    REQUIRE(query.size() == 1);
    agent.say(wire::StatusReport{{{task, TaskState::Unknown}}});
    CHECK(agent.tasks().empty());
    CHECK(world.state(job, "web1") == TaskState::Cancelled);
  }
  SECTION("a wish survives a restart") {
    world.fleet->on_gateway_lost(kGateway, "test");
    cancel();
    world.restart();
    agent.connect();
    agent.say(wire::StatusReport{{{task, TaskState::Running}}});
    CHECK(agent.heard<wire::Cancel>().size() == 1);
  }
}

TEST_CASE_METHOD(SentTask,
                 "watchers hear states, output, progress and the end, and slow ones of a gap",
                 "[integration][jobs]") {
  std::vector<std::string> heard;
  bool takes = true;
  auto subscription = world.jobs->subscribe(job, [&](const JobEvent& event) {
    if (!takes) return false;
    static constexpr std::array<const char*, 6> kNames{"task", "output", "progress",
                                                       "gap",  "done",   "away"};
    heard.emplace_back(kNames.at(event.index()));
    return true;
  });
  REQUIRE(subscription);
  agent.say(wire::Start{task, 1});
  agent.say(wire::Out{task, wire::Stream::Stdout, 0, to_bytes(as_bytes("hello"))});
  agent.say(wire::Progress{task, 5000, "half"});
  CHECK(heard == std::vector<std::string>{"task", "output", "progress"});
  takes = false;
  agent.say(wire::Progress{task, 6000, "more"});
  auto result = result_of(task);
  result.outputs = {{wire::Stream::Stdout, 5, 5, crypto::sha256(as_bytes("hello"))}};
  agent.say(result);
  takes = true;
  heard.clear();
  world.advance(milliseconds(500));
  CHECK(heard == std::vector<std::string>{"gap", "done"});
  world.advance(milliseconds(500));
  CHECK(heard.size() == 2);
  auto late =
      world.jobs->subscribe(job, [&](const JobEvent&) { return heard.emplace_back("late"), true; });
  CHECK(heard.size() == 2);
  world.settle();
  CHECK(heard.back() == "late");
}

}  // namespace
}  // namespace muster::controller
