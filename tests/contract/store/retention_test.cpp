// How old jobs leave a store, and what must stay.
#include <filesystem>

#include "store_fixture.hpp"

namespace muster::controller {
namespace {

constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 40U;

/// A store of either kind, with jobs that end when they are told.
class Kept : public StoreFixture {
 public:
  explicit Kept(Kind kind, EventLimits limits = {}) : StoreFixture(kind, limits) {}

  struct Made {
    JobRecord job;
    TaskRecord task;
  };

  Made begin(const NodeId& node, const std::string& operation = "system.ping") {
    Made made{job(), task("web1")};
    made.job.operation = operation;
    made.task.node = node;
    REQUIRE(create(made.job, {made.task}));
    return made;
  }
  void end(Made& made, UnixMs ended, const std::string& printed = "",
           TaskState state = TaskState::Ok) {
    made.task.state = state;
    std::vector<std::shared_ptr<OutputBuffer>> bodies;
    if (!printed.empty()) {
      bodies.push_back((*this)->new_output());
      REQUIRE(bodies.back()->append(as_bytes(printed)));
      made.task.outputs = {{wire::Stream::Stdout, printed.size(), printed.size(),
                            crypto::sha256(as_bytes(printed))}};
    }
    REQUIRE(finish({{made.job.id, made.task, bodies, ended}}));
  }
  /// One that printed this and has ended.
  Made ended(UnixMs when, const std::string& printed = "") {
    auto made = begin(NodeId::random());
    end(made, when, printed);
    return made;
  }
  RemovedJobs remove(const RemovalRule& rule) {
    const auto removed = wait<RemovedJobs>([&](auto done) { (*this)->remove_jobs(rule, done); });
    REQUIRE(removed);
    while ((*this)->write_load().writes > 0) {
      if (!loop().run_ready()) std::this_thread::yield();
    }
    return *removed;
  }
  bool has(const Made& made) { return (*this)->job(made.job.id).has_value(); }
  bool has_output(const std::string& printed) {
    return (*this)->read_output(crypto::sha256(as_bytes(printed)), 0, 1).has_value();
  }
  std::size_t events_of(const Made& made) {
    std::size_t count = 0;
    const auto events = (*this)->events_after(0, 10'000).value();
    for (const auto& event : events) {
      count += event.subject == "job/" + made.job.id.text() ? 1 : 0;
    }
    return count;
  }
  /// Kept files of outputs.
  std::size_t files() {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(directory() / "outputs")) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }
};

TEST_CASE("jobs that ended before a time go, with all that only they have", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto old = store.ended(10, "old");
  const auto young = store.ended(20, "young");
  auto open = store.begin(NodeId::random());
  CHECK(store.events_of(old) == 2);
  const auto before = store->kept_jobs().value();
  CHECK(before.jobs == 3);
  CHECK(before.oldest == 10);
  const auto removed = store.remove({20, kNoLimit, {}, 99});
  CHECK(removed.jobs == 1);
  CHECK_FALSE(removed.more);
  store.reopen();
  CHECK_FALSE(store.has(old));
  CHECK(store.has(young));
  CHECK(store.has(open));
  CHECK(store->task(old.task.id).error().code == ErrorCode::NotFound);
  CHECK_FALSE(store.has_output("old"));
  CHECK(store.has_output("young"));
  CHECK(store.events_of(old) == 2);  // the log of events has limits of its own
  CHECK(store.events_of(young) == 2);
  CHECK(store->jobs({10, std::nullopt})->jobs.size() == 2);
  const auto after = store->kept_jobs().value();
  CHECK(after.jobs == 2);
  CHECK(after.oldest == 20);
  CHECK(before.bytes - after.bytes == removed.bytes);
  CHECK(removed.bytes > 3);
  store.end(open, 30);  // it was left alone
  CHECK(store.remove({100, kNoLimit, {}, 99}).jobs == 2);
  CHECK(store->kept_jobs()->bytes == 0);
  CHECK(store->kept_jobs()->oldest == 0);
}

TEST_CASE("an event tells what went", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  store.ended(10);
  store.ended(20);
  CHECK(store.remove({5, kNoLimit, {}, 98}).jobs == 0);
  REQUIRE(store.remove({11, kNoLimit, {}, 99}).jobs == 1);
  std::vector<EventRecord> told;
  const auto events = store->events_after(0, 100).value();
  for (const auto& event : events) {
    if (event.type == "job.removed") told.push_back(event);
  }
  REQUIRE(told.size() == 1);
  CHECK(told[0].time == 99);
  CHECK(told[0].subject == "controller");
  CHECK(told[0].data.find(R"("jobs":1)") != std::string::npos);
  CHECK(told[0].data.find(R"("kept_jobs":1)") != std::string::npos);
  CHECK(told[0].data.find(R"("oldest_ended_ms":20)") != std::string::npos);
  CHECK(told[0].id == store->last_event().value());
}

TEST_CASE("while there is too much the oldest go, and no more than need be", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto b = store.ended(20, std::string(5000, 'b'));
  const auto a = store.ended(10, std::string(5000, 'a'));
  const auto c = store.ended(30, std::string(5000, 'c'));
  const auto all = store->kept_jobs()->bytes;
  CHECK(store.remove({0, all, {}, 99}).jobs == 0);
  CHECK(store.remove({0, all - 1, {}, 99}).jobs == 1);
  CHECK_FALSE(store.has(a));
  CHECK(store.has(b));
  CHECK(store.remove({0, 100, {}, 99}).jobs == 2);
}

TEST_CASE("output that several jobs printed stays for the last of them", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  const std::string printed(GENERATE(std::size_t{100}, kInlineOutput + 1), 'x');
  store.ended(10, printed);
  const auto second = store.ended(20, printed);
  REQUIRE(store.remove({11, kNoLimit, {}, 99}).jobs == 1);
  CHECK(store.has_output(printed));
  REQUIRE(store.remove({21, kNoLimit, {}, 99}).jobs == 1);
  CHECK_FALSE(store.has_output(printed));
  if (store.durable()) CHECK(store.files() == 0);
  store.ended(30, printed);
  CHECK(store.has_output(printed));
}

TEST_CASE("output of a task that ended otherwise is the new one's alone", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto made = store.begin(NodeId::random());
  store.end(made, 10, "first", TaskState::Indeterminate);
  store.end(made, 0, "second");
  CHECK(store.has_output("second"));
  CHECK_FALSE(store.has_output("first"));
  const auto kept = store->kept_jobs()->bytes;
  store.end(made, 0, "third");  // it has its end
  CHECK(store->kept_jobs()->bytes == kept);
  CHECK_FALSE(store.has_output("third"));
  REQUIRE(store.remove({11, kNoLimit, {}, 99}).jobs == 1);
  CHECK_FALSE(store.has_output("second"));
  CHECK(store->kept_jobs()->bytes == 0);
}

TEST_CASE("a job that the caller needs stays, and others go in its place", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto needed = store.ended(10);
  const auto other = store.ended(20);
  CHECK(store.remove({100, kNoLimit, {needed.job.id}, 99}).jobs == 1);
  CHECK(store.has(needed));
  CHECK_FALSE(store.has(other));
}

TEST_CASE("an idempotency key is free again when its job went", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto first = StoreFixture::job();
  first.idempotency_key = "k";
  first.ended = 10;
  REQUIRE(store.create(first, {}));
  REQUIRE(store.remove({11, kNoLimit, {}, 99}).jobs == 1);
  auto second = StoreFixture::job();
  second.idempotency_key = "k";
  second.request_digest[0] = 1;
  CHECK(store.create(second, {}).value() == second.id);
}

TEST_CASE("a step takes no more jobs than the limit says", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  for (std::size_t i = 0; i < kMaxRemovedJobs + 1; ++i) {
    auto job = StoreFixture::job();
    job.ended = 10;
    REQUIRE(store.create(job, {}));
  }
  const auto first = store.remove({11, kNoLimit, {}, 99});
  CHECK(first.jobs == kMaxRemovedJobs);
  CHECK(first.more);
  const auto second = store.remove({11, kNoLimit, {}, 99});
  CHECK(second.jobs == 1);
  CHECK_FALSE(second.more);
}

TEST_CASE("a step takes no more tasks than the limit says, but always one job",
          "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto make = [&](UnixMs ended, std::size_t tasks) {
    auto job = StoreFixture::job();
    job.ended = ended;
    job.targets = tasks;
    std::vector<TaskRecord> records(tasks);
    for (auto& record : records) {
      record = StoreFixture::task("n");
      record.state = TaskState::Skipped;
    }
    REQUIRE(store.create(job, records));
  };
  make(10, kMaxRemovedTasks + 1);
  make(11, kMaxRemovedTasks / 2);
  make(12, kMaxRemovedTasks / 2 + 1);
  make(13, 1);
  for (const auto more : {true, true, false}) {
    const auto removed = store.remove({100, kNoLimit, {}, 99});
    CHECK(removed.jobs == (more ? 1 : 2));
    CHECK(removed.more == more);
  }
}

TEST_CASE("each node's last task is the newest that is left", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto node = NodeId::random();
  const auto other = NodeId::random();
  auto slow = store.begin(node);  // it ends last
  auto elsewhere = store.begin(node, "system.exec");
  auto quick = store.begin(node);
  auto gone = store.begin(other);
  store.end(quick, 10);
  store.end(gone, 11);
  store.end(elsewhere, 12, "", TaskState::Changed);
  store.end(slow, 20, "", TaskState::Failed);
  CHECK(store->last_states("system.ping")->at(node) == TaskState::Ok);
  REQUIRE(store.remove({12, kNoLimit, {}, 99}).jobs == 2);
  store.reopen();
  CHECK(store->last_states("system.ping").value() == LastStates{{node, TaskState::Failed}});
  CHECK(store->last_states("").value() == LastStates{{node, TaskState::Changed}});
  REQUIRE(store.remove({13, kNoLimit, {}, 99}).jobs == 1);
  CHECK(store->last_states("").value() == LastStates{{node, TaskState::Failed}});
  CHECK(store->last_states("system.exec")->empty());
  CHECK(store->last_states(quick.job.id).error().code == ErrorCode::NotFound);
}

TEST_CASE("what time was believed is kept, and else it is the latest end of a job",
          "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  CHECK(store->believed_time().value() == 0);
  store.ended(20);
  store.ended(10);
  CHECK(store->believed_time().value() == 20);
  REQUIRE(store.wait_done([&](auto done) { store->keep_believed_time(5, done); }));
  store.reopen();
  CHECK(store->believed_time().value() == 5);
}

TEST_CASE("a file that a result on its way to the disk stands for is not removed",
          "[contract][store]") {
  Kept store(Kind::Sqlite);
  const std::string printed(kInlineOutput + 1, 'x');
  store.ended(10, printed);
  auto again = store.begin(NodeId::random());
  const auto buffer = store->new_output();
  REQUIRE(buffer->append(as_bytes(printed)));
  again.task.state = TaskState::Ok;
  again.task.outputs = {{wire::Stream::Stdout, printed.size(), printed.size(), buffer->digest()}};
  // It is kept as a file, and then the commit fails for a task that is not there.
  auto unknown = StoreFixture::task("b");
  REQUIRE_FALSE(
      store.finish({{again.job.id, again.task, {buffer}, 0}, {again.job.id, unknown, {}, 0}}));
  REQUIRE(store.remove({11, kNoLimit, {}, 99}).jobs == 1);
  REQUIRE(store.finish({{again.job.id, again.task, {buffer}, 20}}));
  CHECK(store.has_output(printed));
}

TEST_CASE("files that a crash left behind their job go at the next start", "[contract][store]") {
  Kept store(Kind::Sqlite);
  const std::string printed(kInlineOutput + 1, 'x');
  store.ended(10, printed);
  {
    SQLite::Database database((store.directory() / "muster.db").string(), SQLite::OPEN_READWRITE);
    database.exec("INSERT INTO unused_outputs SELECT digest FROM outputs; DELETE FROM outputs");
  }
  CHECK(store.files() == 1);
  store.reopen();
  while (store->write_load().writes > 0) {
    if (!store.loop().run_ready()) std::this_thread::yield();
  }
  CHECK(store.files() == 0);
}

TEST_CASE("events go by their age, the oldest first, and the newest stays", "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  for (const UnixMs time : {10, 40, 20, 50}) store.record("test", time);
  const auto left = [&] { return store->events_after(0, 10)->size(); };
  CHECK(store.remove({20, kNoLimit, {}, 60}).events == 1);
  CHECK(left() == 3);
  store.reopen();
  // In front of it stands one that a clock which was ahead has dated.
  CHECK(store.remove({30, kNoLimit, {}, 60}).events == 0);
  const auto removed = store.remove({100, kNoLimit, {}, 60});
  CHECK(removed.events == 2);
  CHECK_FALSE(removed.more);
  CHECK(left() == 1);
  CHECK(store.remove({100, kNoLimit, {}, 60}).events == 0);
  CHECK(store->last_event() == 4);
}

TEST_CASE("what happened since the first job that is kept was made is kept with it",
          "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite));
  store.record("test", 4);
  auto made = store.begin(NodeId::random());  // at the time 5
  store.record("test", 8);
  store.end(made, 30);
  CHECK(store.remove({20, kNoLimit, {}, 60}).events == 1);
  CHECK(store.events_of(made) == 2);
  CHECK(store.remove({31, kNoLimit, {made.job.id}, 60}).events == 0);  // it is in memory
  const auto removed = store.remove({31, kNoLimit, {}, 60});
  CHECK(removed.jobs == 1);
  CHECK(removed.events == 2);  // and of the three the newest stays
  CHECK(store.events_of(made) == 1);
}

TEST_CASE("of many old events so many go in one commit, and their room is free",
          "[contract][store]") {
  Kept store(GENERATE(Kind::Memory, Kind::Sqlite), {10'000, 40'000});
  for (std::size_t i = 0; i < kMaxRemovedEvents + 2; ++i) store.record(std::string(10, 'x'), 1);
  const auto first = store.remove({2, kNoLimit, {}, 60});
  CHECK(first.events == kMaxRemovedEvents);
  CHECK(first.more);
  const auto second = store.remove({2, kNoLimit, {}, 60});
  CHECK(second.events == 1);
  CHECK_FALSE(second.more);
  store.record(std::string(39'000, 'x'), 1);
  CHECK(store->events_after(0, 10)->size() == 2);
}

}  // namespace
}  // namespace muster::controller
