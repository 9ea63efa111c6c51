// Cancels and late starts: what ends a task that another phase still waits for.
#include "task_table_harness.hpp"

using namespace muster;
using namespace muster::test;

TEST_CASE("a cancel ends a task in every phase before its end", "[unit][executor]") {
  SECTION("its promise is being written") {
    TaskTable table;
    const auto id = task(1).id;
    REQUIRE(table.accept(task(1), kNow));
    CHECK(table.cancel(id, CancelReason::Requested, kNow).empty());
    CHECK(table.wrote(id, kNow) == doing(id, {Do::SayAccept, Do::WriteEnd}));
    CHECK(table.find(id)->state == TaskState::Cancelled);
    CHECK(table.queued() == 0);
  }
  SECTION("it is queued") {
    TaskTable table;
    const auto id = task(1).id;
    REQUIRE(table.accept(task(1), kNow));
    (void)table.wrote(id, kNow);
    CHECK(table.cancel(id, CancelReason::Requested, kNow) == doing(id, {Do::WriteEnd}));
    CHECK(table.queued() == 0);
    CHECK(table.plugin_ready("mock", {true, ""}, kNow).empty());
  }
  SECTION("its start is being written") {
    Ready table;
    const auto id = task(1).id;
    REQUIRE(table.accept(task(1), kNow));
    CHECK(table.cancel(id, CancelReason::Requested, kNow).empty());
    CHECK(table.wrote(id, kNow) == doing(id, {Do::SayAccept, Do::WriteEnd}));
    CHECK(table.find(id)->started_ms == 0);
    CHECK(table.running() == 0);
  }
  SECTION("it runs and cannot be cancelled, but for its deadline") {
    Ready table;
    auto entry = task(1);
    entry.cancellable = false;
    const auto id = table.run(entry);
    CHECK(table.cancel(id, CancelReason::Requested, kNow).empty());
    CHECK(table.cancel(id, CancelReason::Deadline, kNow) == doing(id, {Do::CancelCall}));
  }
  SECTION("it is over") {
    Ready table;
    const auto id = table.run(task(1));
    (void)table.ended(id, {Outcome::Kind::Ok, {}, {}}, kNow);
    CHECK(table.cancel(id, CancelReason::Requested, kNow).empty());
    CHECK(table.find(id)->state == TaskState::Ok);
  }
}

TEST_CASE("a call that ignores a cancel is ended by its deadline all the same",
          "[unit][executor]") {
  Ready table;
  const auto id = table.run(task(1));
  CHECK(table.cancel(id, CancelReason::Requested, kNow) == doing(id, {Do::CancelCall}));
  CHECK(table.cancel(id, CancelReason::Requested, kNow).empty());
  CHECK(table.cancel(id, CancelReason::Deadline, kNow) == doing(id, {Do::CancelCall}));
  CHECK(table.find(id)->cancel == CancelReason::Deadline);  // what the plugin's host is told
  CHECK(table.cancel(id, CancelReason::Deadline, kNow).empty());
  (void)table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow);
  CHECK(table.find(id)->state == TaskState::TimedOut);
}

TEST_CASE("a start that waited for the disk begins when it is written, or is too late",
          "[unit][executor]") {
  TaskTable table;
  const auto id = task(1).id;
  REQUIRE(table.accept(task(1), kNow));
  (void)table.wrote(id, kNow);
  REQUIRE(table.plugin_ready("mock", {true, ""}, kNow) == doing(id, {Do::WriteStart}));
  REQUIRE(table.not_written(id) == TaskTable::Unwritten::Kept);
  const std::int64_t later = kNow + GENERATE(900, 1100);
  CHECK(table.retry_writes(later) == doing(id, {Do::WriteStart}));
  if (later <= task(1).not_after_ms) {
    CHECK(table.wrote(id, later) == doing(id, {Do::SayStart, Do::Call}));
    CHECK(table.find(id)->started_ms == later);
  } else {
    CHECK(table.wrote(id, later) == doing(id, {Do::WriteEnd}));
    CHECK(table.find(id)->state == TaskState::Expired);
    CHECK(table.find(id)->started_ms == 0);
    CHECK(table.running() == 0);
  }
}

TEST_CASE("a start that is written while the table is held is taken back", "[unit][executor]") {
  Ready table;
  const auto id = task(1).id;
  REQUIRE(table.accept(task(1), kNow));
  (void)table.hold(true, kNow);
  CHECK(table.wrote(id, kNow) == doing(id, {Do::SayAccept, Do::WriteNotStarted}));
  CHECK(table.find(id)->phase == Phase::Queued);
  CHECK(table.find(id)->started_ms == 0);
  CHECK(table.running() == 0);
  CHECK(table.hold(false, kNow) == doing(id, {Do::WriteStart}));
}

TEST_CASE("a further attempt that its deadline ends is not said to be cancelled",
          "[unit][executor]") {
  Ready table;
  auto entry = task(1);
  entry.idempotent = true;
  const auto id = table.run(entry);
  (void)table.plugin_ready("mock", {false, ""}, kNow);
  (void)table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow);
  (void)table.cancel(id, CancelReason::Deadline, kNow);
  CHECK(table.find(id)->state == TaskState::Indeterminate);
  CHECK(table.find(id)->error->code == ErrorCode::Timeout);
}
