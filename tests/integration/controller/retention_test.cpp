// When old jobs go, and that a clock which jumps takes none with it.
#include "jobs/retention.hpp"

#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// A controller whose clock may be wrong.
class JumpingClock final : public Clock {
 public:
  explicit JumpingClock(const test::FakeClock& right) : right_(right) {}
  [[nodiscard]] MonoTime mono_now() const override { return right_.mono_now(); }
  [[nodiscard]] UnixTime unix_now() const override { return right_.unix_now() + ahead; }
  std::chrono::nanoseconds ahead{0};

 private:
  const test::FakeClock& right_;
};

struct OldJobs {
  OldJobs() {
    start();
    store.keep_believed_time(to_unix_ms(right.unix_now()), nullptr);  // it ran until now
    settle();
  }

  void start() {
    retention.reset();
    loop = *run::EventLoop::create(clock);
    events = std::make_unique<EventLog>(*loop, store, log);
    retention = std::make_unique<Retention>(
        Retention::Parts{*loop, store, *events, log, [this] { return in_memory; }, limits});
    REQUIRE(retention->load());
  }
  /// One that ended so long before now.
  JobId ended(std::chrono::nanoseconds before) {
    JobRecord job;
    job.id = JobId::random();
    job.arguments = "{}";
    job.created = job.ended = to_unix_ms(right.unix_now() - before);
    store.create_job(job, {}, nullptr);
    settle();
    return job.id;
  }
  void happened(std::chrono::nanoseconds before) {
    store.append_event({0, to_unix_ms(right.unix_now() - before), "test.it", "x", "{}"}, nullptr);
    settle();
  }
  void settle() {
    while (store_loop->run_ready() || loop->run_ready()) {
    }
  }
  void pass(std::chrono::nanoseconds time) {
    for (; time > minutes(10); time -= minutes(10)) {
      right.advance(minutes(10));
      settle();
    }
    right.advance(time);
    settle();
  }
  bool has(JobId job) { return store.job(job).has_value(); }

  test::FakeClock right;
  JumpingClock clock{right};
  log::Capture said;
  log::Logger log{"test", log::Level::Debug, said.sink(), clock};
  std::unique_ptr<run::EventLoop> store_loop = *run::EventLoop::create(clock);
  MemoryStore store{*store_loop};
  std::vector<JobId> in_memory;
  RetentionLimits limits;
  std::unique_ptr<run::EventLoop> loop;
  std::unique_ptr<EventLog> events;
  std::unique_ptr<Retention> retention;
};

TEST_CASE("a job goes thirty days after its end, and not sooner", "[integration][jobs]") {
  OldJobs jobs;
  const auto old = jobs.ended(hours(30 * 24) - minutes(5));
  const auto young = jobs.ended(hours(29 * 24));
  jobs.start();
  jobs.pass(minutes(2));
  CHECK(jobs.has(old));
  jobs.pass(minutes(15));
  CHECK_FALSE(jobs.has(old));
  CHECK(jobs.has(young));
  CHECK(jobs.retention->removed_jobs() == 1);
  CHECK(jobs.retention->removed_bytes() > 0);
}

TEST_CASE("an event goes after thirty days, step by step", "[integration][jobs]") {
  OldJobs jobs;
  jobs.limits.keep_for = hours(30 * 24);
  for (std::size_t i = 0; i < kMaxRemovedEvents + 5; ++i) jobs.happened(hours(31 * 24));
  const auto job = jobs.ended(hours(30 * 24) - minutes(15));
  jobs.happened(hours(1));
  jobs.start();
  jobs.pass(minutes(2));
  CHECK(jobs.retention->removed_events() == kMaxRemovedEvents + 5);
  CHECK(jobs.store.events_after(0, 10)->size() == 3);
  jobs.pass(minutes(25));
  CHECK_FALSE(jobs.has(job));
  CHECK(jobs.store.events_after(0, 10)->front().type == "test.it");
}

TEST_CASE("all that is due goes, step by step", "[integration][jobs]") {
  OldJobs jobs;
  for (std::size_t i = 0; i < 3 * kMaxRemovedJobs; ++i) jobs.ended(hours(31 * 24));
  const auto young = jobs.ended(hours(1));
  jobs.start();
  jobs.pass(minutes(1));
  CHECK(jobs.retention->removed_jobs() == 3 * kMaxRemovedJobs);
  CHECK(jobs.has(young));
}

TEST_CASE("what is too much goes, the oldest first, and what is in memory stays",
          "[integration][jobs]") {
  OldJobs jobs;
  const auto late_news = jobs.ended(hours(9));
  jobs.ended(hours(8));
  const auto newest = jobs.ended(hours(7));
  const auto one = jobs.store.kept_jobs()->bytes / 3;
  jobs.limits.keep_bytes = 2 * one;
  jobs.in_memory = {late_news};
  jobs.start();
  jobs.pass(minutes(1));
  CHECK(jobs.has(late_news));
  CHECK(jobs.has(newest));
  CHECK(jobs.store.kept_jobs()->jobs == 2);
}

TEST_CASE("a clock that jumped ahead takes no job with it before it has proved right",
          "[integration][jobs]") {
  OldJobs jobs;
  const auto job = jobs.ended(hours(1));
  jobs.start();
  jobs.pass(minutes(2));
  jobs.clock.ahead = hours(73 * 365 * 24);
  jobs.pass(hours(20));
  CHECK(jobs.has(job));
  CHECK(jobs.retention->doubts_clock());
  SECTION("a restart does not help it") {
    jobs.start();
    jobs.pass(hours(20));
    CHECK(jobs.has(job));
    jobs.start();
    jobs.pass(hours(20));
    CHECK(jobs.has(job));
    CHECK(jobs.retention->doubts_clock());
  }
  SECTION("what is too old all the same goes by the time that has passed") {
    jobs.clock.ahead = hours(73 * 365 * 24);
    const auto older = jobs.ended(hours(31 * 24));
    jobs.pass(minutes(20));
    CHECK_FALSE(jobs.has(older));
    CHECK(jobs.has(job));
  }
  SECTION("after a day it is believed") {
    jobs.pass(hours(5));
    CHECK_FALSE(jobs.has(job));
    CHECK_FALSE(jobs.retention->doubts_clock());
  }
  SECTION("when it was put right nothing has happened") {
    jobs.clock.ahead = {};
    jobs.pass(hours(30));
    CHECK(jobs.has(job));
    CHECK_FALSE(jobs.retention->doubts_clock());
  }
}

TEST_CASE("a controller that starts with a clock far ahead removes nothing",
          "[integration][jobs]") {
  OldJobs jobs;
  const auto job = jobs.ended(hours(1));
  jobs.clock.ahead = hours(73 * 365 * 24);
  jobs.start();
  jobs.pass(hours(20));
  CHECK(jobs.has(job));
}

TEST_CASE("a removal that fails is told once and tried again", "[integration][jobs]") {
  OldJobs jobs;
  const auto job = jobs.ended(hours(31 * 24));
  jobs.start();
  jobs.store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  jobs.pass(minutes(30));
  CHECK(jobs.has(job));
  std::size_t told = 0;
  for (const auto& entry : jobs.said.entries()) {
    told += entry.sentence == "old jobs cannot be removed, retrying" ? 1 : 0;
  }
  CHECK(told == 1);
  jobs.store.fail_writes_with(std::nullopt);
  jobs.pass(minutes(11));
  CHECK_FALSE(jobs.has(job));
}

}  // namespace
}  // namespace muster::controller
