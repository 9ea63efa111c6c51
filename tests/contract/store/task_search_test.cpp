// Tasks over all jobs: who ran what, where, when and with what result.
#include "store_fixture.hpp"

namespace muster::controller {
namespace {

struct History {
  explicit History(Kind kind) : store(kind) {
    ping = make("system.ping", "ada", 10, {"b", "a", "c"});
    exec = make("system.exec", "bob", 20, {"a"});
    open = make("system.exec", "ada", 30, {"c", "b"});
    finish(ping, {TaskState::Ok, TaskState::Failed, TaskState::Ok});
    finish(exec, {TaskState::Failed});
  }
  JobId make(const std::string& operation, const std::string& by, UnixMs created,
             const std::vector<std::string>& nodes) {
    auto job = StoreFixture::job();
    job.operation = operation;
    job.requested_by = by;
    job.created = created;
    std::vector<TaskRecord> tasks;
    for (const auto& node : nodes) tasks.push_back(StoreFixture::task(node));
    REQUIRE(store.create(job, tasks));
    return job.id;
  }
  void finish(JobId job, std::vector<TaskState> states) {
    auto tasks = store->job(job)->tasks;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      tasks[i].state = states[i];
      tasks[i].started = 11;
      tasks[i].ended = 12;
      REQUIRE(store.finish({{job, tasks[i], {}, i + 1 == tasks.size() ? 13 : 0}}));
    }
  }
  /// "OPERATION on NODE: STATE" of those that are found, page by page.
  std::vector<std::string> found(TaskQuery query) {
    std::vector<std::string> texts;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = store->tasks(query);
      REQUIRE(page);
      CHECK(page->tasks.size() <= query.limit);
      CHECK(page->looked <= query.most_looked);
      for (const auto& [job, task] : page->tasks) {
        texts.push_back(job->operation + " on " + task.node_name + ": " +
                        std::string(wire::to_string(task.state)));
      }
      if (!page->next) return texts;
      query.after = page->next;
    }
    FAIL("it does not end");
    return texts;
  }

  StoreFixture store;
  JobId ping;
  JobId exec;
  JobId open;
};

TEST_CASE("tasks are listed over all jobs, the newest job first and by node in each, and found",
          "[contract][store]") {
  History history(GENERATE(Kind::Memory, Kind::Sqlite));
  using Texts = std::vector<std::string>;
  struct Row {
    std::function<void(TaskQuery&)> set;
    Texts expected;
  };
  const std::vector<Row> rows{
      {[](auto&) {},
       {"system.exec on b: queued", "system.exec on c: queued", "system.exec on a: failed",
        "system.ping on a: ok", "system.ping on b: failed", "system.ping on c: ok"}},
      {[](auto& q) { q.jobs.node = "a"; }, {"system.exec on a: failed", "system.ping on a: ok"}},
      {[](auto& q) { q.state = TaskState::Failed; },
       {"system.exec on a: failed", "system.ping on b: failed"}},
      {[](auto& q) { q.jobs.requested_by = "bob"; }, {"system.exec on a: failed"}},
      {[](auto& q) { q.jobs.node = "c", q.jobs.state = JobState::Running; },
       {"system.exec on c: queued"}},
      {[&](auto& q) { q.jobs.job = history.exec; }, {"system.exec on a: failed"}},
      {[&](auto& q) { q.jobs.job = history.exec, q.jobs.requested_by = "ada"; }, {}},
      {[](auto& q) { q.jobs.job = JobId::random(); }, {}},
      {[](auto& q) { q.jobs.until = 10, q.state = TaskState::Ok; },
       {"system.ping on a: ok", "system.ping on c: ok"}},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO("row " << i);
    for (const std::size_t limit : {100, 1, 2}) {
      for (const std::size_t most : {1000, 1, 2}) {
        TaskQuery query;
        query.limit = limit;
        query.most_looked = most;
        rows[i].set(query);
        CHECK(history.found(query) == rows[i].expected);
      }
    }
  }
}

TEST_CASE("an open task is found by how it stands now", "[contract][store]") {
  History history(GENERATE(Kind::Memory, Kind::Sqlite));
  TaskQuery query;
  query.state = TaskState::Running;
  CHECK(history.found(query).empty());
  query.now = [](TaskId, TaskState) { return TaskState::Running; };
  CHECK(history.found(query).size() == 2);
  query.state = TaskState::Queued;
  CHECK(history.found(query).empty());
  query.state = TaskState::Failed;  // of those the store knows the end
  CHECK(history.found(query).size() == 2);
}

TEST_CASE("a large result is not listed with its task", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  auto small = StoreFixture::task("a");
  auto large = StoreFixture::task("b");
  REQUIRE(store.create(job, {small, large}));
  small.state = large.state = TaskState::Ok;
  small.result = Bytes(kMostListedResult);
  large.result = Bytes(kMostListedResult + 1);
  REQUIRE(store.finish({{job.id, small, {}, 0}, {job.id, large, {}, 5}}));
  const auto page = store->tasks({});
  REQUIRE(page->tasks.size() == 2);
  CHECK(page->tasks[0].task.result == small.result);
  CHECK(page->tasks[1].task.result.empty());
}

TEST_CASE("a list of tasks goes on where it was, also when that job is gone", "[contract][store]") {
  History history(GENERATE(Kind::Memory, Kind::Sqlite));
  TaskQuery query;
  query.after = TaskPlace{*history.store->place_of(history.open), "zzz"};
  CHECK(history.found(query).size() == 4);
  query.after = TaskPlace{std::numeric_limits<std::uint64_t>::max(), ""};
  CHECK(history.found(query).size() == 6);
  query.after = TaskPlace{0, ""};
  CHECK(history.found(query).empty());
}

}  // namespace
}  // namespace muster::controller
