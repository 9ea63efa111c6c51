// Jobs looked for by what they did, where, for whom, when and how they ended.
#include <algorithm>
#include <map>

#include "store_fixture.hpp"

namespace muster::controller {
namespace {

struct Made {
  std::string operation = "system.ping";
  std::string by = "admin";
  UnixMs created = 5;
  std::vector<std::string> nodes = {"a"};
  std::optional<TaskState> end = {};  ///< of all its tasks
};

JobRecord make(StoreFixture& store, const Made& made) {
  auto job = StoreFixture::job();
  job.operation = made.operation;
  job.requested_by = made.by;
  job.created = made.created;
  std::vector<TaskRecord> tasks;
  for (const auto& node : made.nodes) tasks.push_back(StoreFixture::task(node));
  REQUIRE(store.create(job, tasks));
  if (!made.end) return job;
  for (auto& task : tasks) {
    task.state = *made.end;
    REQUIRE(store.finish({{job.id, task, {}, &task == &tasks.back() ? 9 : 0}}));
  }
  return job;
}

/// Those that are found, page by page; no page is larger than it may be or looked at more.
std::vector<JobId> found(StoreFixture& store, const JobFilter& filter, std::size_t limit = 50,
                         std::size_t most_looked = kMostLooked) {
  std::vector<JobId> ids;
  JobQuery query{limit, std::nullopt, {}, filter, most_looked};
  do {
    const auto page = store->jobs(query);
    REQUIRE(page);
    CHECK(page->jobs.size() <= limit);
    CHECK(page->looked <= most_looked);
    if (page->next) REQUIRE((!query.before || *page->next < *query.before));
    for (const auto& job : page->jobs) ids.push_back(job.job.id);
    query.before = page->next;
  } while (query.before);
  return ids;
}

JobFilter filter_of(const std::function<void(JobFilter&)>& set) {
  JobFilter filter;
  set(filter);
  return filter;
}

TEST_CASE("jobs are found by operation, who asked, node, time and how they ended, and by all of it",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  std::map<std::string, JobId> ids;
  const auto add = [&](const std::string& name, const Made& made) {
    ids[name] = make(store, made).id;
  };
  add("ping", {"system.ping", "ada", 10, {"a", "b"}, TaskState::Ok});
  add("exec", {"system.exec", "ada", 20, {"b"}, TaskState::Failed});
  add("open", {"system.exec", "bob", 30, {"a"}, {}});
  add("pull", {"docker.pull", "bob", 40, {"a", "c"}, TaskState::Skipped});
  add("late", {"docker.run", "ada", 25, {"a"}, TaskState::Changed});  // the clock was set back
  store.reopen();
  struct Row {
    std::function<void(JobFilter&)> set;
    std::vector<std::string> expected;
  };
  const auto pattern = [](const char* text) { return *selector::Pattern::compile(text); };
  const std::vector<Row> rows{
      {[](auto&) {}, {"late", "pull", "open", "exec", "ping"}},
      {[](auto& f) { f.operation = "system.exec"; }, {"open", "exec"}},
      {[](auto& f) { f.operation = "system"; }, {}},
      {[&](auto& f) { f.operations = pattern("docker.*"); }, {"late", "pull"}},
      {[](auto& f) { f.requested_by = "ada"; }, {"late", "exec", "ping"}},
      {[](auto& f) { f.node = "a"; }, {"late", "pull", "open", "ping"}},
      {[](auto& f) { f.node = "c"; }, {"pull"}},
      {[](auto& f) { f.node = "none"; }, {}},
      {[](auto& f) { f.state = JobState::Running; }, {"open"}},
      {[](auto& f) { f.state = JobState::Done; }, {"late", "pull", "exec", "ping"}},
      {[](auto& f) { f.ended = true; }, {"late", "pull", "exec", "ping"}},
      {[](auto& f) { f.outcome = JobOutcome::Ok; }, {"late", "ping"}},
      {[](auto& f) { f.outcome = JobOutcome::Failed; }, {"exec"}},
      {[](auto& f) { f.outcome = JobOutcome::Incomplete; }, {"pull"}},
      {[](auto& f) { f.since = 25; }, {"late", "pull", "open"}},
      {[](auto& f) { f.until = 25; }, {"late", "exec", "ping"}},
      {[](auto& f) { f.since = 20, f.until = 25; }, {"late", "exec"}},
      {[](auto& f) { f.since = 41; }, {}},
      {[](auto& f) { f.until = 9; }, {}},
      {[](auto& f) { f.node = "a", f.since = 26; }, {"pull", "open"}},
      {[](auto& f) { f.node = "a", f.until = 10; }, {"ping"}},
      {[](auto& f) { f.node = "a", f.state = JobState::Running; }, {"open"}},
      {[](auto& f) { f.node = "a", f.ended = true; }, {"late", "pull", "ping"}},
      {[](auto& f) { f.node = "a", f.outcome = JobOutcome::Incomplete; }, {"pull"}},
      {[](auto& f) { f.node = "a", f.operation = "docker.run"; }, {"late"}},
      {[&](auto& f) { f.node = "a", f.operations = pattern("system.*"); }, {"open", "ping"}},
      {[](auto& f) { f.node = "a", f.requested_by = "bob"; }, {"pull", "open"}},
      {[](auto& f) { f.node = "b", f.requested_by = "ada", f.outcome = JobOutcome::Ok; }, {"ping"}},
      {[](auto& f) { f.operation = "system.exec", f.requested_by = "bob"; }, {"open"}},
      {[](auto& f) { f.requested_by = "ada", f.outcome = JobOutcome::Ok, f.until = 12; }, {"ping"}},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO("row " << i);
    std::vector<JobId> expected;
    for (const auto& name : rows[i].expected) expected.push_back(ids.at(name));
    const auto filter = filter_of(rows[i].set);
    CHECK(found(store, filter) == expected);
    CHECK(found(store, filter, 1) == expected);
    CHECK(found(store, filter, 50, 1) == expected);
    CHECK(found(store, filter, 2, 2) == expected);
    CHECK(found(store, filter, 1, 2) == expected);
  }
}

TEST_CASE("jobs are found by time also where a clock was set back between them",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  std::vector<JobId> ids;
  for (const UnixMs created : {10, 30, 20, 40}) {
    ids.push_back(make(store, {"system.ping", "ada", created, {"a"}}).id);
  }
  const std::string node = GENERATE("", "a");
  const auto since = filter_of([&](auto& f) { f.node = node, f.since = 25; });
  CHECK(found(store, since) == std::vector{ids[3], ids[1]});
  const auto until = filter_of([&](auto& f) { f.node = node, f.until = 25; });
  CHECK(found(store, until) == std::vector{ids[2], ids[0]});
}

TEST_CASE("of more jobs of a time than are looked at the latest are found first",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  auto job = StoreFixture::job();
  for (std::size_t i = 0; i <= kMostLooked; ++i) {
    job.id = JobId::random();
    job.created = 5;
    if (i % 500 == 0 || i == kMostLooked) {
      REQUIRE(store.create(job, {}));
    } else {
      store->create_job(job, {}, [](const auto& made) { CHECK(made); });
    }
  }
  const auto since = store->jobs({1, std::nullopt, {}, filter_of([](auto& f) { f.since = 5; })});
  REQUIRE(since->jobs.size() == 1);
  CHECK(since->jobs[0].job.id == job.id);
  const auto until = store->jobs({1, std::nullopt, {}, filter_of([](auto& f) { f.until = 5; })});
  REQUIRE(until->jobs.size() == 1);
  CHECK(until->jobs[0].job.id == job.id);
}

TEST_CASE("a page looks at few jobs whatever is looked for, and says where to go on",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  std::vector<JobId> rare;
  for (int i = 0; i < 40; ++i) {
    const auto job = make(store, {i % 13 == 0 ? "system.exec" : "system.ping"});
    if (i % 13 == 0) rare.insert(rare.begin(), job.id);
  }
  JobQuery query{10, std::nullopt, {}, {}, 15};
  query.filter.operations = *selector::Pattern::compile("*.exec");
  const auto first = store->jobs(query);
  CHECK(first->looked == 15);
  CHECK(first->jobs.size() == 2);
  REQUIRE(first->next);
  make(store, {"system.exec"});  // does not come between the pages
  query.before = first->next;
  std::vector<JobId> ids{first->jobs[0].job.id, first->jobs[1].job.id};
  const auto second = store->jobs(query);
  const auto third = store->jobs({10, second->next, {}, query.filter, 15});
  for (const auto* page : {&*second, &*third}) {
    for (const auto& job : page->jobs) ids.push_back(job.job.id);
  }
  CHECK(ids == rare);
  CHECK_FALSE(third->next);
}

TEST_CASE("the list goes on from the place of a job, which is higher for later ones",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto first = make(store, {});
  const auto second = make(store, {});
  CHECK(*store->place_of(second.id) > *store->place_of(first.id));
  const auto page = store->jobs({10, *store->place_of(second.id)});
  REQUIRE(page->jobs.size() == 1);
  CHECK(page->jobs[0].job.id == first.id);
  CHECK(store->place_of(JobId::random()).error().code == ErrorCode::NotFound);
  CHECK(store->jobs({10, 0})->jobs.empty());
  CHECK(store->jobs({10, std::numeric_limits<std::uint64_t>::max()})->jobs.size() == 2);
}

TEST_CASE("a job is found by how it stands after late news, too", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  auto task = StoreFixture::task("a");
  REQUIRE(store.create(job, {task}));
  task.state = TaskState::Indeterminate;
  REQUIRE(store.finish({{job.id, task, {}, 5}}));
  const auto outcome = [&](JobOutcome wanted) {
    return found(store, filter_of([&](auto& f) { f.outcome = wanted; })).size();
  };
  CHECK(outcome(JobOutcome::Incomplete) == 1);
  task.state = TaskState::Ok;
  REQUIRE(store.finish({{job.id, task, {}, 0}}));
  CHECK(outcome(JobOutcome::Incomplete) == 0);
  CHECK(outcome(JobOutcome::Ok) == 1);
  REQUIRE(store.wait_done([&](auto done) { store->request_cancel(job.id, "ada", 6, done); }));
  const auto cancelled = filter_of([](auto& f) { f.state = JobState::Cancelled; });
  CHECK(found(store, cancelled).size() == 1);
}

TEST_CASE("what is over has its counts, whatever the caller has", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  make(store, {.end = TaskState::Ok});
  make(store, {});
  JobQuery everything;
  everything.counted = [](JobId) { return true; };
  const auto page = store->jobs(everything);
  REQUIRE(page->jobs.size() == 2);
  CHECK(page->jobs[0].counts.open() == 0);
  CHECK(page->jobs[1].counts.of(TaskState::Ok) == 1);
}

TEST_CASE("the jobs of one node lead to each other, past all others", "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  std::vector<std::string> many;
  for (int i = 0; i < 40'000; ++i) many.push_back("n" + std::to_string(i));
  std::vector<JobId> of_z;
  for (int i = 0; i < 4; ++i) {
    of_z.insert(of_z.begin(), make(store, {"system.ping", "admin", i, {"z", "a"}}).id);
    if (i < 2) make(store, {"system.ping", "admin", 5, many});
    for (int other = 0; other < 20; ++other) make(store, {"system.ping", "admin", 5, {"b"}});
  }
  const auto of_node = filter_of([](auto& f) { f.node = "z"; });
  CHECK(store->jobs({50, std::nullopt, {}, of_node})->looked == 4);
  CHECK(found(store, of_node) == of_z);
  CHECK(found(store, of_node, 1, 1) == of_z);
  CHECK(found(store, filter_of([](auto& f) { f.node = "n39999"; })).size() == 2);
}

}  // namespace
}  // namespace muster::controller
