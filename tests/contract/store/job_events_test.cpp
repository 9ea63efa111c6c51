// What the log of events tells of jobs, written with the changes themselves.
#include <nlohmann/json.hpp>

#include "store_fixture.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

std::vector<EventRecord> events(StoreFixture& store) {
  store.reopen();
  return store->events_after(0, 100).value();
}

std::vector<std::string> types(StoreFixture& store) {
  std::vector<std::string> all;
  for (const auto& event : events(store)) all.push_back(event.type);
  return all;
}

TaskRecord ended(TaskRecord task, TaskState state) {
  task.state = state;
  task.ended = 8;
  return task;
}

TEST_CASE("a job is told of when it is made and when it has ended", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto job = StoreFixture::job();
  job.targets = 2;
  const auto a = StoreFixture::task("a");
  const auto b = StoreFixture::task("b");
  REQUIRE(store.create(job, {a, b}));
  REQUIRE(store.finish({{job.id, ended(a, TaskState::Ok), {}, 0}}));
  REQUIRE(store.finish({{job.id, ended(b, TaskState::Failed), {}, 9}}));
  REQUIRE(store.finish({{job.id, ended(b, TaskState::Failed), {}, 9}}));  // as after a lost answer
  const auto told = events(store);
  REQUIRE(told.size() == 2);
  CHECK(told[0].type == "job.created");
  CHECK(told[0].subject == "job/" + job.id.text());
  CHECK(told[0].time == job.created);
  CHECK(json::parse(told[0].data) == json{{"operation", "system.ping"},
                                          {"selector", "all"},
                                          {"operator", "admin"},
                                          {"targets", 2}});
  CHECK(told[1].type == "job.ended");
  CHECK(told[1].time == 9);
  const auto data = json::parse(told[1].data);
  CHECK(data.at("counts") == json{{"ok", 1}, {"failed", 1}});
  CHECK(data.at("state") == "done");
  CHECK(data.at("outcome") == "failed");
}

TEST_CASE("a job that is asked for again with its key is told of once", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto job = StoreFixture::job();
  job.idempotency_key = "k";
  REQUIRE(store.create(job, {StoreFixture::task("a")}));
  job.id = JobId::random();
  REQUIRE(store.create(job, {StoreFixture::task("a")}));
  CHECK(types(store) == std::vector<std::string>{"job.created"});
}

TEST_CASE("a job that nobody can do ends as it is made", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto job = StoreFixture::job();
  job.ended = job.created;
  REQUIRE(store.create(job, {ended(StoreFixture::task("a"), TaskState::Skipped)}));
  const auto told = events(store);
  REQUIRE(told.size() == 2);
  CHECK(told[1].type == "job.ended");
  CHECK(json::parse(told[1].data).at("outcome") == "incomplete");
}

TEST_CASE("a job is cancelled once, by whom who asked first", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  const auto a = StoreFixture::task("a");
  REQUIRE(store.create(job, {a}));
  for (const auto* who : {"ann", "bob"}) {
    REQUIRE(store.wait_done([&](auto done) { store->request_cancel(job.id, who, 7, done); }));
  }
  REQUIRE(store.finish({{job.id, ended(a, TaskState::Cancelled), {}, 9}}));
  const auto told = events(store);
  REQUIRE(told.size() == 3);
  CHECK(told[1].type == "job.cancelled");
  CHECK(told[1].time == 7);
  CHECK(json::parse(told[1].data).at("by") == "ann");
  CHECK(json::parse(told[1].data).at("operator") == "admin");
  CHECK(json::parse(told[2].data).at("state") == "cancelled");
}

TEST_CASE("a job is stopped once, with the first task that it does not send", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto job = StoreFixture::job();
  job.max_failed = 1;
  const auto a = StoreFixture::task("a");
  const auto b = StoreFixture::task("b");
  const auto c = StoreFixture::task("c");
  REQUIRE(store.create(job, {a, b, c}));
  REQUIRE(store.finish({{job.id, ended(a, TaskState::Failed), {}, 0}}));
  REQUIRE(store.finish({{job.id, ended(b, TaskState::Cancelled), {}, 0, true}}));
  store.reopen();  // a crash in the middle of it
  CHECK(store->open_jobs()->front().job.stopped);
  REQUIRE(store.wait_done([&](auto done) { store->request_cancel(job.id, "ann", 7, done); }));
  REQUIRE(store.finish({{job.id, ended(c, TaskState::Cancelled), {}, 9, true}}));
  CHECK(types(store) ==
        std::vector<std::string>{"job.created", "job.stopped", "job.cancelled", "job.ended"});
  CHECK(json::parse(events(store)[3].data).at("state") == "stopped");
  CHECK(store->job(job.id)->job.stopped);
  CHECK(json::parse(events(store)[1].data).at("max_failures") == 1);
}

TEST_CASE("a job that fails too often after somebody asked for its end is cancelled, not stopped",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto job = StoreFixture::job();
  job.max_failed = 1;
  const auto a = StoreFixture::task("a");
  const auto b = StoreFixture::task("b");
  REQUIRE(store.create(job, {a, b}));
  REQUIRE(store.wait_done([&](auto done) { store->request_cancel(job.id, "ann", 7, done); }));
  REQUIRE(store.finish({{job.id, ended(a, TaskState::Failed), {}, 0}}));
  REQUIRE(store.finish({{job.id, ended(b, TaskState::Cancelled), {}, 9, true}}));
  CHECK(types(store) == std::vector<std::string>{"job.created", "job.cancelled", "job.ended"});
  CHECK(json::parse(events(store)[2].data).at("state") == "cancelled");
  CHECK_FALSE(store->job(job.id)->job.stopped);
}

TEST_CASE("a change of a job that is not stored is not told of either", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  const auto a = StoreFixture::task("a");
  REQUIRE(store.create(job, {a}));
  const auto unknown = StoreFixture::task("b");
  CHECK_FALSE(store.finish(
      {{job.id, ended(a, TaskState::Ok), {}, 9}, {job.id, ended(unknown, TaskState::Ok), {}, 0}}));
  CHECK(types(store) == std::vector<std::string>{"job.created"});
  CHECK(store->open_jobs()->size() == 1);
}

}  // namespace
}  // namespace muster::controller
