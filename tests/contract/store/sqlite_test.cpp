// What only a store on a disk can promise.
#include <SQLiteCpp/Database.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "store_fixture.hpp"

namespace muster::controller {
namespace {

TEST_CASE("each start has a higher epoch and the same fleet", "[contract][store]") {
  test::TempDir directory;
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  const auto first = (*SqliteStore::open(*loop, {directory.path(), 0}))->meta();
  const auto second = (*SqliteStore::open(*loop, {directory.path(), 0}))->meta();
  CHECK(second.epoch == first.epoch + 1);
  CHECK(second.fleet == first.fleet);
}

TEST_CASE("two controllers cannot use one directory", "[contract][store]") {
  test::TempDir directory;
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  const auto first = SqliteStore::open(*loop, {directory.path(), 0});
  REQUIRE(first);
  const auto second = SqliteStore::open(*loop, {directory.path(), 0});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::Conflict);
  CHECK(second.error().message.find("another muster-controller") != std::string::npos);
}

TEST_CASE("only its owner can read the database", "[contract][store]") {
  test::TempDir directory;
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  const auto store = SqliteStore::open(*loop, {directory.path(), 0});
  REQUIRE(store);
  for (const auto* name : {"muster.db", "muster.db-wal"}) {
    CHECK(std::filesystem::status(directory / name).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  }
}

TEST_CASE("a file that is no database is refused", "[contract][store]") {
  test::TempDir directory;
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  std::ofstream(directory / "muster.db") << std::string(8192, 'x');
  const auto opened = SqliteStore::open(*loop, {directory.path(), 0});
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::Corrupt);
}

TEST_CASE("a full disk refuses the write whole, and the store goes on when there is room",
          "[contract][store]") {
  test::TempDir directory;
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  auto store = *SqliteStore::open(*loop, {directory.path(), 60});
  const auto create = [&](std::size_t tasks) {
    std::vector<TaskRecord> records(tasks);
    for (auto& record : records) record = StoreFixture::task(std::string(200, 'n'));
    std::optional<Result<JobId>> result;
    store->create_job(StoreFixture::job(), records,
                      [&](Result<JobId> got) { result = std::move(got); });
    while (!result) {
      if (!loop->run_ready()) std::this_thread::yield();
    }
    return *result;
  };
  REQUIRE(create(1));
  const auto too_much = create(5000);
  REQUIRE_FALSE(too_much);
  CHECK(too_much.error().code == ErrorCode::ResourceExhausted);
  CHECK(too_much.error().retryable);
  CHECK(store->jobs({10, std::nullopt})->jobs.size() == 1);
  CHECK(create(1));
}

TEST_CASE("a write beyond what may wait is refused at once, and all before it are done",
          "[contract][store]") {
  test::TempDir directory;
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  const auto limits = GENERATE(WriteLimits{3, 1U << 20U}, WriteLimits{100, 1500});
  auto store = *SqliteStore::open(*loop, {directory.path(), 0, limits});
  std::vector<Result<std::uint64_t>> told;
  const auto ask = [&] {
    store->append_event({0, 1, "node.test", "node/web1", std::string(100, 'x')},
                        [&](Result<std::uint64_t> got) { told.push_back(std::move(got)); });
  };
  const auto wait_for = [&](std::size_t count) {
    while (told.size() < count) {
      if (!loop->run_ready()) std::this_thread::yield();
    }
  };
  for (int i = 0; i < 5; ++i) ask();
  CHECK(told.empty());  // never from inside the call
  CHECK(store->write_load().writes == 3);
  CHECK(store->write_load().bytes > 3 * 100);
  // Results are not refused: whoever writes them limits them before.
  std::optional<Status> finished;
  store->finish_tasks({}, [&](const Status& got) { finished = got; });
  wait_for(5);
  std::size_t refused = 0;
  for (const auto& each : told) {
    if (each) continue;
    ++refused;
    CHECK(each.error().code == ErrorCode::Unavailable);
    CHECK(each.error().retryable);
    CHECK(each.error().retry_after.count() > 0);
  }
  CHECK(refused == 2);
  CHECK(store->write_load().rejected == 2);
  while (!finished) {
    if (!loop->run_ready()) std::this_thread::yield();
  }
  CHECK(*finished);
  ask();  // there is room again
  wait_for(6);
  CHECK(told.back());
  CHECK(store->write_load().writes == 0);
  CHECK(store->write_load().bytes == 0);
  CHECK(store->events_after(0, 10)->size() == 4);
}

TEST_CASE("what a crash left of large outputs is removed at the next start", "[contract][store]") {
  test::TempDir directory;
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  std::filesystem::create_directories(directory / "outputs/incoming");
  std::ofstream(directory / "outputs/incoming/7") << "half";
  auto store = *SqliteStore::open(*loop, {directory.path(), 0});
  CHECK(std::filesystem::is_empty(directory / "outputs/incoming"));
  {
    auto dropped = store->new_output();
    REQUIRE(dropped->append(Bytes(kInlineOutput + 1)));
    CHECK_FALSE(std::filesystem::is_empty(directory / "outputs/incoming"));
  }
  CHECK(std::filesystem::is_empty(directory / "outputs/incoming"));
}

TEST_CASE("large outputs under way hold no descriptors", "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit few = before;
  few.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<std::shared_ptr<OutputBuffer>> buffers;
  std::size_t kept = 0;
  for (int i = 0; i < 100; ++i) {
    buffers.push_back(store->new_output());
    const bool taken = buffers.back()->append(Bytes(kInlineOutput + 1, 'x')).has_value() &&
                       buffers.back()->append(Bytes(1, 'y')).has_value();
    if (taken && *buffers.back()->read(kInlineOutput, 9) == Bytes{'x', 'y'}) ++kept;
  }
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(kept == 100);
}

TEST_CASE("an output whose file is gone is told as lost for good", "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  const auto buffer = store->new_output();
  REQUIRE(buffer->append(Bytes(kInlineOutput + 1)));
  const auto job = StoreFixture::job();
  auto task = StoreFixture::task("a");
  REQUIRE(store.create(job, {task}));
  task.state = TaskState::Ok;
  std::filesystem::remove_all(store.directory() / "outputs/incoming");
  const auto finished = store.finish({{job.id, task, {buffer}, 1}});
  REQUIRE_FALSE(finished);
  CHECK(finished.error().code == ErrorCode::NotFound);
  CHECK(store->task(task.id)->second.state == TaskState::Queued);
}

TEST_CASE("a large output can be read at every moment while it is being kept",
          "[contract][store]") {
  StoreFixture store(Kind::Sqlite);
  for (std::uint8_t round = 0; round < 20; ++round) {
    const Bytes content(kInlineOutput + 10, round);
    const auto buffer = store->new_output();
    REQUIRE(buffer->append(content));
    const auto job = StoreFixture::job();
    auto task = StoreFixture::task("a");
    REQUIRE(store.create(job, {task}));
    task.state = TaskState::Ok;
    task.outputs = {{wire::Stream::Stdout, content.size(), content.size(), buffer->digest()}};
    bool done = false;
    bool whole = true;
    store->finish_tasks({{job.id, task, {buffer}, 1}}, [&](const Status& stored) {
      done = true;
      whole = whole && stored.has_value();
    });
    while (!done) {
      whole = whole && *buffer->read(0, content.size()) == content;
      if (!store.loop().run_ready()) std::this_thread::yield();
    }
    CHECK(whole);
    CHECK(*buffer->read(0, content.size()) == content);
  }
}

/// Commits jobs for ever and writes the id of each to `out` once it is durable.
[[noreturn]] void commit_and_tell(const std::filesystem::path& directory, int out) {
  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  auto store = *SqliteStore::open(*loop, {directory, 0});
  int waiting = 0;  // more than the store takes would be refused, and that is not the question here
  for (;;) {
    for (; waiting < 64; ++waiting) {
      store->create_job(StoreFixture::job(), {StoreFixture::task("a"), StoreFixture::task("b")},
                        [out, &waiting](const Result<JobId>& stored) {
                          if (!stored || ::write(out, stored->bytes.data(), 16) != 16) ::_exit(1);
                          --waiting;
                        });
    }
    loop->run_ready();
  }
}

TEST_CASE("what was called durable survives the death of the process at any moment",
          "[contract][store]") {
  test::TempDir directory;
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) commit_and_tell(directory.path(), pipe[1]);
  ::close(pipe[1]);
  std::vector<JobId> told;
  JobId id;
  while (told.size() < 100 && ::read(pipe[0], id.bytes.data(), 16) == 16) told.push_back(id);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  while (::read(pipe[0], id.bytes.data(), 16) == 16) told.push_back(id);
  ::close(pipe[0]);
  REQUIRE(told.size() >= 100);

  const SystemClock clock;
  const auto loop = *run::EventLoop::create(clock);
  auto store = *SqliteStore::open(*loop, {directory.path(), 0});
  std::size_t lost = 0;
  for (const auto& job : told) {
    const auto kept = store->job(job);
    if (!kept || kept->tasks.size() != 2) ++lost;
  }
  CHECK(lost == 0);
}

}  // namespace
}  // namespace muster::controller
