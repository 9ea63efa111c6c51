#include "store_fixture.hpp"

namespace muster::controller {
namespace {

TEST_CASE("a job is kept with its frozen tasks until all have ended", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  auto b = StoreFixture::task("b");
  auto a = StoreFixture::task("a");
  REQUIRE(store.create(job, {b, a}).value() == job.id);
  store.reopen();
  auto open = store->open_jobs();
  REQUIRE(open->size() == 1);
  REQUIRE(open->front().tasks.size() == 2);
  CHECK(open->front().tasks[0].node_name == "a");
  CHECK(open->front().tasks[0].state == TaskState::Queued);

  a.state = TaskState::Failed;
  a.error = Error{ErrorCode::Timeout, "slow", "/x", true, {}};
  a.result = {0x80};
  a.attempt = 2;
  a.started = 10;
  a.ended = 11;
  REQUIRE(store.finish({{job.id, a, {}, 0}}));
  b.state = TaskState::Ok;
  REQUIRE(store.finish({{job.id, b, {}, 12}}));
  store.reopen();
  CHECK(store->open_jobs()->empty());
  const auto kept = store->job(job.id);
  REQUIRE(kept);
  CHECK(kept->job.ended == 12);
  CHECK(kept->tasks[0].state == TaskState::Failed);
  CHECK(kept->tasks[0].error->message == "slow");
  CHECK(kept->tasks[0].error->retryable);
  CHECK(kept->tasks[0].result == Bytes{0x80});
  CHECK(kept->tasks[0].attempt == 2);
  CHECK(kept->tasks[1].state == TaskState::Ok);
}

TEST_CASE("the end of a task stays, unless it was indeterminate", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  auto task = StoreFixture::task("a");
  REQUIRE(store.create(job, {task}));
  task.state = TaskState::Indeterminate;
  REQUIRE(store.finish({{job.id, task, {}, 5}}));
  task.state = TaskState::Ok;
  REQUIRE(store.finish({{job.id, task, {}, 0}}));
  CHECK(store->task(task.id)->second.state == TaskState::Ok);
  CHECK(store->task(task.id)->first == job.id);
  task.state = TaskState::Failed;
  REQUIRE(store.finish({{job.id, task, {}, 0}}));
  CHECK(store->task(task.id)->second.state == TaskState::Ok);
  CHECK(store->job(job.id)->job.ended == 5);
}

TEST_CASE("ids of jobs are found between two others", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto id = [](const std::string& begin) {
    return *JobId::parse(begin + "0000-0000-4000-8000-000000000000");
  };
  for (const auto* begin : {"7c20", "7c1e", "7c1d", "7c1f"}) {
    auto job = StoreFixture::job();
    job.id = id(begin);
    REQUIRE(store.create(job, {StoreFixture::task("a")}));
  }
  CHECK(*store->job_ids(id("7c1e"), id("7c1f"), 9) == std::vector{id("7c1e"), id("7c1f")});
  CHECK(*store->job_ids(id("0000"), id("ffff"), 2) == std::vector{id("7c1d"), id("7c1e")});
  CHECK(store->job_ids(id("7d00"), id("ffff"), 2)->empty());
}

TEST_CASE("outcomes are stored all or none", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  auto task = StoreFixture::task("a");
  REQUIRE(store.create(job, {task}));
  task.state = TaskState::Ok;
  const auto finished =
      store.finish({{job.id, task, {}, 0}, {job.id, StoreFixture::task("x"), {}, 0}});
  CHECK(finished.error().code == ErrorCode::NotFound);
  CHECK(store->task(task.id)->second.state == TaskState::Queued);
}

TEST_CASE("the same idempotency key makes one job, and refuses another request",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto job = StoreFixture::job();
  job.idempotency_key = "k";
  job.request_digest = crypto::sha256(as_bytes("request"));
  REQUIRE(store.create(job, {StoreFixture::task("a")}));
  store.reopen();
  auto again = job;
  again.id = JobId::random();
  CHECK(store.create(again, {StoreFixture::task("a")}).value() == job.id);
  const auto same = [&](const JobRecord& wanted) {
    return store->same_request(wanted.requested_by, wanted.idempotency_key, wanted.request_digest);
  };
  CHECK(*same(again) == job.id);
  auto other = again;
  other.request_digest = crypto::sha256(as_bytes("another"));
  CHECK(store.create(other, {}).error().code == ErrorCode::Conflict);
  CHECK(same(other).error().code == ErrorCode::Conflict);
  other.requested_by = "somebody else";
  CHECK(*same(other) == std::nullopt);
  CHECK(store.create(other, {}).value() == other.id);
  CHECK(store->jobs({10, std::nullopt})->jobs.size() == 2);
}

TEST_CASE("jobs are listed newest first, page by page, with their counts", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  std::vector<JobId> ids;
  for (int i = 0; i < 5; ++i) {
    const auto job = StoreFixture::job();
    ids.push_back(job.id);
    auto skipped = StoreFixture::task("b");
    skipped.state = TaskState::Skipped;
    REQUIRE(store.create(job, {StoreFixture::task("a"), skipped}));
  }
  const auto first = store->jobs({2, std::nullopt});
  REQUIRE(first->jobs.size() == 2);
  CHECK(first->jobs[0].job.id == ids[4]);
  CHECK(first->jobs[0].counts.of(TaskState::Skipped) == 1);
  CHECK(first->jobs[0].counts.open() == 1);
  REQUIRE(first->next);
  const auto last = store->jobs({10, store->jobs({2, first->next})->next});
  REQUIRE(last->jobs.size() == 1);
  CHECK(last->jobs[0].job.id == ids[0]);
  CHECK_FALSE(last->next);
}

TEST_CASE("the counts of a job that ended are stored, and follow what is heard late",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  auto a = StoreFixture::task("a");
  auto b = StoreFixture::task("b");
  auto c = StoreFixture::task("c");
  REQUIRE(store.create(job, {a, b, c}));
  a.state = TaskState::Ok;
  REQUIRE(store.finish({{job.id, a, {}, 0}}));
  b.state = c.state = TaskState::Indeterminate;
  REQUIRE(store.finish({{job.id, b, {}, 0}, {job.id, c, {}, 7}}));
  b.state = TaskState::Failed;
  REQUIRE(store.finish({{job.id, b, {}, 0}}));
  a.state = TaskState::Changed;  // it has its end already
  REQUIRE(store.finish({{job.id, a, {}, 8}}));
  auto at_once = StoreFixture::job();
  at_once.ended = 9;
  auto skipped = StoreFixture::task("a");
  skipped.state = TaskState::Skipped;
  REQUIRE(store.create(at_once, {skipped}));
  store.reopen();
  store.lose_tasks();
  const auto listed = store->jobs({});
  REQUIRE(listed->jobs.size() == 2);
  TaskCounts counts;
  counts.add(TaskState::Skipped);
  CHECK(listed->jobs[0].counts == counts);
  counts = {};
  for (const auto state : {TaskState::Ok, TaskState::Failed, TaskState::Indeterminate}) {
    counts.add(state);
  }
  CHECK(listed->jobs[1].counts == counts);
  CHECK(listed->jobs[1].job.ended == 7);
}

TEST_CASE("an open job whose counts the caller has is listed without them", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto known = StoreFixture::job();
  REQUIRE(store.create(known, {StoreFixture::task("a")}));
  REQUIRE(store.create(StoreFixture::job(), {StoreFixture::task("a")}));
  const auto listed =
      store->jobs({10, std::nullopt, [&](JobId id) { return id == known.id; }})->jobs;
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].counts.of(TaskState::Queued) == 1);
  CHECK(listed[1].counts == TaskCounts());
}

TEST_CASE("what may have been sent is remembered, and how many targets a job had",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto job = StoreFixture::job();
  job.targets = 3;
  const auto a = StoreFixture::task("a");
  auto b = StoreFixture::task("b");
  const auto c = StoreFixture::task("c");
  REQUIRE(store.create(job, {a, b, c}));
  b.state = TaskState::Skipped;
  REQUIRE(store.finish({{job.id, b, {}, 0}}));
  REQUIRE(store.wait_done([&](auto done) {
    store->note_sent({a.id, b.id, TaskId::random()}, done);
  }));
  store.reopen();
  CHECK(store->job(job.id)->job.targets == 3);
  CHECK(store->task_on(job.id, "a")->state == TaskState::Delivered);
  CHECK(store->task_on(job.id, "b")->state == TaskState::Skipped);
  CHECK(store->task_on(job.id, "c")->state == TaskState::Queued);
  REQUIRE(store.wait_done([&](auto done) { store->note_unsent({a.id, b.id, c.id}, done); }));
  store.reopen();
  CHECK(store->task_on(job.id, "a")->state == TaskState::Queued);
  CHECK(store->task_on(job.id, "b")->state == TaskState::Skipped);
  CHECK(store->task_on(job.id, "d").error().code == ErrorCode::NotFound);
  CHECK(store->task_on(JobId::random(), "a").error().code == ErrorCode::NotFound);
}

TEST_CASE("a wish to cancel is remembered", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto job = StoreFixture::job();
  REQUIRE(store.create(job, {StoreFixture::task("a")}));
  REQUIRE(store.wait_done([&](auto done) { store->request_cancel(job.id, "ann", 7, done); }));
  store.reopen();
  CHECK(store->open_jobs()->front().job.cancel_requested);
  CHECK(store.wait_done([&](auto done) { store->request_cancel(JobId::random(), "ann", 7, done); })
            .error()
            .code == ErrorCode::NotFound);
}

TEST_CASE("output is kept under its digest, small or large, and read in parts",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const std::size_t size =
      GENERATE(std::size_t{10}, kInlineOutput, kInlineOutput + 1, std::size_t{300'000});
  Bytes content(size);
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<std::uint8_t>(i * 7);
  auto buffer = store->new_output();
  for (std::size_t at = 0; at < size; at += 1000) {
    REQUIRE(buffer->append(BytesView(content).subspan(at, std::min<std::size_t>(1000, size - at))));
  }
  CHECK(buffer->size() == size);
  CHECK(buffer->digest() == crypto::sha256(content));
  CHECK(*buffer->read(3, 5) == Bytes(content.begin() + 3, content.begin() + 8));

  const auto job = StoreFixture::job();
  auto task = StoreFixture::task("a");
  REQUIRE(store.create(job, {task}));
  task.state = TaskState::Ok;
  task.outputs = {{wire::Stream::Stderr, size + 9, size, buffer->digest()}};
  REQUIRE(store.finish({{job.id, task, {buffer}, 1}}));
  buffer.reset();
  store.reopen();
  const auto output = store->task(task.id)->second.outputs.at(0);
  CHECK(output.stream == wire::Stream::Stderr);
  CHECK(output.size == size + 9);
  CHECK(*store->read_output(output.digest, 0, size * 2) == content);
  CHECK(*store->read_output(output.digest, size - 2, 100) ==
        Bytes(content.end() - 2, content.end()));
  CHECK(store->read_output(output.digest, size + 5, 100)->empty());
  CHECK(store->read_output(Digest{}, 0, 1).error().code == ErrorCode::NotFound);
}

TEST_CASE("manifests and events are kept", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto digest = crypto::sha256(as_bytes("{}"));
  CHECK(store->manifest(digest).error().code == ErrorCode::NotFound);
  REQUIRE(store.wait_done([&](auto done) { store->put_manifest(digest, "{}", done); }));
  REQUIRE(store.wait_done([&](auto done) { store->put_manifest(digest, "{}", done); }));
  for (int i = 0; i < 3; ++i) {
    const EventRecord event{0, i, "node.clone", "node/a", "{}"};
    CHECK(store.wait<std::uint64_t>([&](auto done) { store->append_event(event, done); })
              .has_value());
  }
  store.reopen();
  CHECK(*store->manifest(digest) == "{}");
  const auto all = store->events_after(0, 10);
  REQUIRE(all->size() == 3);
  CHECK(all->at(0).id < all->at(1).id);
  CHECK(store->events_after(all->at(0).id, 1)->at(0).id == all->at(1).id);
}

TEST_CASE("manifests are removed, those that are told and all that are not told",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  std::vector<Digest> all;
  for (const auto* text : {"1", "2", "3", "4"}) {
    all.push_back(crypto::sha256(as_bytes(text)));
    REQUIRE(store.wait_done([&](auto done) { store->put_manifest(all.back(), text, done); }));
  }
  const auto unknown = crypto::sha256(as_bytes("5"));
  REQUIRE(store.wait_done([&](auto done) { store->remove_manifests({all[0], unknown}, done); }));
  CHECK_FALSE(store->manifest(all[0]));
  CHECK(store->manifest(all[1]));
  REQUIRE(store.wait_done([&](auto done) {
    store->remove_other_manifests({all[2], unknown}, done);
  }));
  store.reopen();
  CHECK_FALSE(store->manifest(all[1]));
  CHECK(*store->manifest(all[2]) == "3");
  CHECK_FALSE(store->manifest(all[3]));
}

TEST_CASE("no more events are kept than the limit says, and the newest are", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite), {5, 1000});
  for (int i = 0; i < 12; ++i) store.record("{}");
  store.reopen();
  const auto last = store.record("{}");
  const auto kept = store->events_after(0, 100).value();
  REQUIRE(kept.size() == 5);
  CHECK(last == 13);
  CHECK(kept.front().id == 9);
  CHECK(kept.back().id == 13);
}

TEST_CASE("no more text of events is kept than the limit says, but always the newest event",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite), {100, 40});
  const auto count = [&] { return store->events_after(0, 100)->size(); };
  for (int i = 0; i < 4; ++i) store.record("12345678");
  CHECK(count() == 4);
  store.record("12345678");
  CHECK(count() == 4);
  store.reopen();
  // Bytes count, not letters: these eight are sixteen.
  store.record("\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4");
  CHECK(count() == 3);
  store.record("12345678");
  CHECK(count() == 3);
  store.record(std::string(100, 'x'));
  CHECK(count() == 1);
  store.record("12345678");
  store.record("12345678");
  CHECK(count() == 2);
}

TEST_CASE("the log of events has the limits that the documents say", "[contract][store]") {
  const EventLimits limits;
  CHECK(limits.count == 1'000'000);
  CHECK(limits.bytes == 1'000'000'000);
  CHECK(kMaxEventJson == 131'072);
}

TEST_CASE("writes are answered in the order of asking", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  std::vector<int> order;
  for (int i = 0; i < 50; ++i) {
    store->create_job(StoreFixture::job(), {StoreFixture::task("a")},
                      [&order, i](const Result<JobId>&) { order.push_back(i); });
  }
  REQUIRE(store.create(StoreFixture::job(), {}));
  REQUIRE(order.size() == 50);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("each node's last task is known, of any job, of an operation and of one job",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto first = StoreFixture::task("a");
  auto second = StoreFixture::task("a");
  second.node = first.node;
  const auto other = StoreFixture::task("b");
  auto ping = StoreFixture::job();
  auto exec = StoreFixture::job();
  exec.operation = "system.exec";
  REQUIRE(store.create(ping, {first, other}));
  REQUIRE(store.create(exec, {second}));
  first.state = TaskState::Failed;
  second.state = TaskState::Ok;
  REQUIRE(store.finish({{ping.id, first, {}, 0}, {exec.id, second, {}, 9}}));
  store.reopen();
  const auto any = store->last_states(std::string()).value();
  CHECK(any.size() == 2);
  CHECK(any.at(first.node) == TaskState::Ok);
  CHECK(any.at(other.node) == TaskState::Queued);
  CHECK(store->last_states("system.ping").value().at(first.node) == TaskState::Failed);
  CHECK(store->last_states("system.exec").value().size() == 1);
  CHECK(store->last_states("system.nothing").value().empty());
  CHECK(store->last_states(ping.id).value().at(first.node) == TaskState::Failed);
  CHECK(store->last_states(JobId::random()).error().code == ErrorCode::NotFound);
}

TEST_CASE("what a job was limited to is kept with it, and whether it had secrets",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  auto job = StoreFixture::job();
  job.limit = "5%";
  job.seed = "monday";
  const auto besides = GENERATE(0U, 1U, 2U, 3U);
  job.drained = (besides & 1U) != 0;
  job.unknown = (besides & 2U) != 0;
  job.at_once = 3;
  job.max_failed = 2;
  job.secrets = true;
  REQUIRE(store.create(job, {StoreFixture::task("a")}));
  store.reopen();
  const auto kept = store->job(job.id).value().job;
  CHECK(kept.limit == "5%");
  CHECK(kept.seed == "monday");
  CHECK(kept.drained == job.drained);
  CHECK(kept.unknown == job.unknown);
  CHECK(kept.at_once == 3);
  CHECK(kept.max_failed == 2);
  CHECK(kept.secrets);
}

}  // namespace
}  // namespace muster::controller
