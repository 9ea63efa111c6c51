// What becomes of the databases of other versions.
#include <SQLiteCpp/Database.h>

#include "store/sqlite_schema.hpp"
#include "store_fixture.hpp"

namespace muster::controller {
namespace {

TEST_CASE("a database of a later version is refused and left alone", "[contract][store]") {
  test::TempDir directory;
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  REQUIRE(SqliteStore::open(*loop, {directory.path(), 0}));
  {
    SQLite::Database database((directory / "muster.db").string(), SQLite::OPEN_READWRITE);
    database.exec("UPDATE meta SET number = 99 WHERE name = 'schema'");
  }
  const auto opened = SqliteStore::open(*loop, {directory.path(), 0});
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::Unsupported);
  SQLite::Database database((directory / "muster.db").string(), SQLite::OPEN_READONLY);
  CHECK(database.execAndGet("SELECT number FROM meta WHERE name = 'epoch'").getInt() == 1);
}

/// Takes away what version 10 brought.
void make_version_9(SQLite::Database& database) {
  database.exec("ALTER TABLE nodes DROP COLUMN facts_older");
  database.exec("UPDATE jobs SET drained = drained | 2 WHERE unknown");
  database.exec("ALTER TABLE jobs DROP COLUMN unknown");
  database.exec("UPDATE meta SET number = 9 WHERE name = 'schema'");
}

TEST_CASE("a database of the ninth version knows which nodes its jobs got besides, and no ages",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  store.add_token("s", 1, 1000);
  REQUIRE(store.enroll("s", StoreFixture::node("web1")));
  std::vector<JobRecord> jobs;
  for (const auto besides : {0U, 1U, 2U, 3U}) {
    auto job = StoreFixture::job();
    job.drained = (besides & 1U) != 0;
    job.unknown = (besides & 2U) != 0;
    REQUIRE(store.create(job, {StoreFixture::task("a")}));
    jobs.push_back(job);
  }
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    make_version_9(database);
    CHECK(database.execAndGet("SELECT max(drained) FROM jobs").getInt() == 3);
  }
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  for (const auto& job : jobs) {
    CHECK(store->job(job.id)->job.drained == job.drained);
    CHECK(store->job(job.id)->job.unknown == job.unknown);
  }
  SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READONLY);
  CHECK(database.execAndGet("SELECT max(drained) FROM jobs").getInt() == 1);
  CHECK(store->nodes()->front().facts_older.empty());
}

/// Takes away what version 9 brought, too.
void make_version_8(SQLite::Database& database) {
  make_version_9(database);
  database.exec("ALTER TABLE jobs DROP COLUMN bytes");
  database.exec("ALTER TABLE outputs DROP COLUMN uses");
  database.exec("DROP TABLE unused_outputs");
  database.exec(
      "DELETE FROM meta WHERE name IN "
      "('jobs', 'job_bytes', 'output_bytes', 'believed_time')");
  database.exec("UPDATE meta SET number = 8 WHERE name = 'schema'");
}

TEST_CASE("a database of the eighth version learns how much it keeps, and what nobody needs",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  const auto printed = [&](std::size_t size, char with) {
    auto buffer = store->new_output();
    REQUIRE(buffer->append(Bytes(size, static_cast<std::uint8_t>(with))));
    return buffer;
  };
  for (const auto ended : {10, 20}) {
    const auto job = StoreFixture::job();
    auto task = StoreFixture::task("a");
    REQUIRE(store.create(job, {task}));
    const auto buffer = printed(kInlineOutput + 1, 'x');
    task.state = TaskState::Ok;
    task.outputs = {{wire::Stream::Stdout, buffer->size(), buffer->size(), buffer->digest()}};
    REQUIRE(store.finish({{job.id, task, {buffer}, ended}}));
  }
  const auto before = store->kept_jobs().value();
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    make_version_8(database);
    database.exec("INSERT INTO outputs (digest, size, body) VALUES (zeroblob(32), 7, x'00')");
  }
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  CHECK(store->kept_jobs()->jobs == 2);
  CHECK(store->kept_jobs()->bytes == before.bytes);
  const auto remove = [&](UnixMs ended_before) {
    return store.wait<RemovedJobs>([&](auto done) {
      store->remove_jobs({ended_before, kInlineOutput * 100, {}, 99}, done);
    });
  };
  const auto digest = printed(kInlineOutput + 1, 'x')->digest();
  CHECK(remove(11)->jobs == 1);
  CHECK(store->read_output(digest, 0, 1));
  CHECK(remove(21)->jobs == 1);
  CHECK_FALSE(store->read_output(digest, 0, 1));
  CHECK(store->kept_jobs()->bytes == 0);
}

/// Takes away what version 8 brought, too.
void make_version_7(SQLite::Database& database) {
  make_version_8(database);
  database.exec("ALTER TABLE jobs DROP COLUMN secrets");
  database.exec("UPDATE meta SET number = 7 WHERE name = 'schema'");
}

TEST_CASE("a database of the seventh version keeps what it has of arguments, and marks from now on",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  auto job = StoreFixture::job();
  REQUIRE(store.create(job, {StoreFixture::task("a")}));
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    make_version_7(database);
  }
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  CHECK_FALSE(store->job(job.id)->job.secrets);
  auto secret = StoreFixture::job();
  secret.secrets = true;
  REQUIRE(store.create(secret, {StoreFixture::task("a")}));
  CHECK(store->job(secret.id)->job.secrets);
}

/// Takes away what version 7 brought, too.
void make_version_6(SQLite::Database& database) {
  make_version_7(database);
  for (const auto* index : {"jobs_in_short", "jobs_of_operation", "jobs_of_requester",
                            "jobs_by_outcome", "jobs_by_time", "ended_jobs", "tasks_of_node"}) {
    database.exec(std::string("DROP INDEX ") + index);
  }
  database.exec("ALTER TABLE jobs DROP COLUMN state");
  database.exec("ALTER TABLE jobs DROP COLUMN outcome");
  database.exec("UPDATE meta SET number = 6 WHERE name = 'schema'");
}

/// State and outcome of every job as they are stored, oldest first.
std::vector<std::pair<int, int>> standings(SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT state, outcome FROM jobs ORDER BY number");
  std::vector<std::pair<int, int>> all;
  while (query.executeStep()) {
    all.emplace_back(query.getColumn(0).getInt(), query.getColumn(1).getInt());
  }
  return all;
}

TEST_CASE("a database of the sixth version learns how its jobs stand, and can be searched",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  for (const auto state :
       {TaskState::Ok, TaskState::Cancelled, TaskState::Skipped, TaskState::Queued}) {
    auto job = StoreFixture::job();
    auto task = StoreFixture::task("a");
    auto failed = StoreFixture::task("b");
    job.max_failed = state == TaskState::Cancelled ? 1 : 0;
    const bool with_failed = state == TaskState::Cancelled;
    REQUIRE(store.create(job, with_failed ? std::vector{task, failed} : std::vector{task}));
    if (state == TaskState::Queued) continue;
    task.state = state;
    failed.state = TaskState::Failed;
    if (with_failed) REQUIRE(store.finish({{job.id, failed, {}, 0}}));
    REQUIRE(store.finish({{job.id, task, {}, 9, with_failed}}));
  }
  const std::vector<std::pair<int, int>> expected{{1, 1}, {3, 2}, {1, 3}, {0, 0}};
  const auto file = (store.directory() / "muster.db").string();
  SQLite::Database database(file, SQLite::OPEN_READWRITE);
  CHECK(standings(database) == expected);
  make_version_6(database);
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  CHECK(standings(database) == expected);
  const std::pair<const char*, const char*> searches[] = {
      {"SELECT number FROM jobs WHERE ended <> 0 ORDER BY ended LIMIT 1", "ended_jobs"},
      {"SELECT number FROM tasks WHERE number >> 16 = 0 AND node_name = 'a' ORDER BY number",
       "tasks_of_node (<expr>=? AND node_name=?)"}};
  for (const auto& [query, how] : searches) {
    SQLite::Statement plan(database, std::string("EXPLAIN QUERY PLAN ") + query);
    REQUIRE(plan.executeStep());
    CHECK_THAT(plan.getColumn(3).getString(), Catch::Matchers::Contains(how));
    CHECK_FALSE(plan.executeStep());  // nothing is sorted
  }
}

/// Takes away what version 6 brought, too.
void make_version_5(SQLite::Database& database) {
  make_version_6(database);
  database.exec("ALTER TABLE jobs DROP COLUMN stopped");
  database.exec("DROP TABLE webhooks");
  database.exec("DROP TABLE dead_letters");
  database.exec("UPDATE meta SET number = 5 WHERE name = 'schema'");
}

TEST_CASE("a database of the fifth version sends no webhooks and tells of jobs from now on",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  const auto job = StoreFixture::job();
  auto task = StoreFixture::task("a");
  REQUIRE(store.create(job, {task}));
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    make_version_5(database);
    database.exec("DELETE FROM events");
  }
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  CHECK(store->webhooks()->empty());
  CHECK(store->count_dead_letters("a").value() == 0);
  task.state = TaskState::Cancelled;
  REQUIRE(store.finish({{job.id, task, {}, 9, true}}));
  const auto told = store->events_after(0, 10).value();
  REQUIRE(told.size() == 2);
  CHECK(told[0].type == "job.stopped");
  CHECK(told[1].type == "job.ended");
}

TEST_CASE("a database of the fifth version learns which of its jobs had been stopped",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  const auto ended_job = [&](std::size_t max_failed, TaskState first, TaskState second) {
    auto job = StoreFixture::job();
    job.max_failed = max_failed;
    auto a = StoreFixture::task("a");
    auto b = StoreFixture::task("b");
    REQUIRE(store.create(job, {a, b}));
    a.state = first;
    b.state = second;
    REQUIRE(store.finish({{job.id, a, {}, 0}, {job.id, b, {}, 9}}));
    return job.id;
  };
  const auto stopped = ended_job(1, TaskState::Failed, TaskState::Cancelled);
  const auto whole = ended_job(1, TaskState::Failed, TaskState::Failed);
  const auto unlimited = ended_job(0, TaskState::Failed, TaskState::Cancelled);
  const auto cancelled = ended_job(1, TaskState::Failed, TaskState::Cancelled);
  REQUIRE(store.wait_done([&](auto done) { store->request_cancel(cancelled, "ann", 9, done); }));
  SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
  make_version_5(database);
  store.reopen();
  CHECK(store->job(stopped)->job.stopped);
  CHECK_FALSE(store->job(whole)->job.stopped);
  CHECK_FALSE(store->job(unlimited)->job.stopped);
  CHECK_FALSE(store->job(cancelled)->job.stopped);
  CHECK(standings(database) == std::vector<std::pair<int, int>>{{3, 2}, {1, 2}, {1, 2}, {2, 2}});
}

/// Takes away what version 5 brought, too.
void make_version_4(SQLite::Database& database) {
  make_version_5(database);
  database.exec("ALTER TABLE nodes DROP COLUMN drain");
  for (const auto* column : {"drained", "sample", "seed", "at_once", "max_failed"}) {
    database.exec(std::string("ALTER TABLE jobs DROP COLUMN ") + column);
  }
  database.exec("DROP TABLE last_tasks");
  database.exec("DROP TABLE groups");
  database.exec("UPDATE meta SET number = 4 WHERE name = 'schema'");
}

TEST_CASE("a database of the fourth version learns of each node's last task", "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  const auto task = StoreFixture::task("a");
  REQUIRE(store.create(StoreFixture::job(), {task}));
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    make_version_4(database);
  }
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  CHECK(store->last_states(std::string()).value().contains(task.node));
  CHECK(store->last_states("system.ping").value().contains(task.node));
  CHECK(store->groups()->empty());
}

TEST_CASE(
    "a database of the first version gets its targets counted, and its tasks may have been sent",
    "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  const auto job = StoreFixture::job();
  REQUIRE(store.create(job, {StoreFixture::task("a"), StoreFixture::task("b")}));
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    make_version_4(database);
    database.exec("ALTER TABLE jobs DROP COLUMN targets");
    database.exec("ALTER TABLE jobs DROP COLUMN counts");
    database.exec("UPDATE meta SET number = 1 WHERE name = 'schema'");
  }
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  CHECK(store->job(job.id)->job.targets == 2);
  CHECK(store->task_on(job.id, "a")->state == TaskState::Delivered);
  store.reopen();
  CHECK(store->job(job.id)->job.targets == 2);
}

TEST_CASE("a database of the second version gets the counts of its ended jobs",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  const auto job = StoreFixture::job();
  auto a = StoreFixture::task("a");
  auto b = StoreFixture::task("b");
  REQUIRE(store.create(job, {a, b}));
  a.state = TaskState::Ok;
  b.state = TaskState::Failed;
  REQUIRE(store.finish({{job.id, a, {}, 0}, {job.id, b, {}, 4}}));
  REQUIRE(store.create(StoreFixture::job(), {StoreFixture::task("a")}));
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    make_version_4(database);
    database.exec("ALTER TABLE jobs DROP COLUMN counts");
    database.exec("UPDATE meta SET number = 2 WHERE name = 'schema'");
  }
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  const auto listed = store->jobs({})->jobs;
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].counts.of(TaskState::Queued) == 1);
  CHECK(listed[1].counts.of(TaskState::Ok) == 1);
  CHECK(listed[1].counts.of(TaskState::Failed) == 1);
  CHECK(listed[1].counts.total() == 2);
}

TEST_CASE("a database of the third version counts the text of its events, and keeps to the limit",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite, {1000, 10'000});
  for (int i = 0; i < 9; ++i) store.record(std::string(999, 'x'));
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    make_version_4(database);
    database.exec("DELETE FROM meta WHERE name = 'event_bytes'");
    database.exec("UPDATE meta SET number = 3 WHERE name = 'schema'");
  }
  store.reopen();
  CHECK(store->meta().schema_version == kSchemaVersion);
  for (int i = 0; i < 5; ++i) store.record(std::string(999, 'x'));
  CHECK(store->events_after(0, 100)->size() == 9);
}

}  // namespace
}  // namespace muster::controller
