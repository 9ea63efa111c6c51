#include "task_table_harness.hpp"

using namespace muster;
using namespace muster::test;

TEST_CASE("a change is promised and started on disk before anything is said or done",
          "[unit][executor]") {
  Ready table;
  const auto id = task(1).id;
  CHECK(table.accept(task(1), kNow).value() == doing(id, {Do::WriteAcceptAndStart}));
  CHECK(table.state_of(id) == TaskState::Accepted);
  CHECK(table.wrote(id, kNow) == doing(id, {Do::SayStart, Do::Call}));
  CHECK(table.state_of(id) == TaskState::Running);
  CHECK(table.ended(id, {Outcome::Kind::Changed, {0x80}, {}}, kNow + 5) ==
        doing(id, {Do::WriteEnd}));
  CHECK(table.state_of(id) == TaskState::Running);
  CHECK(table.wrote(id, kNow + 6) == doing(id, {Do::Deliver}));
  CHECK(table.state_of(id) == TaskState::Changed);
  CHECK(table.acknowledged(id));
  CHECK(table.find(id) == nullptr);
  CHECK(table.state_of(id) == TaskState::Changed);
}

TEST_CASE("a read is not journaled and forgotten when it is acknowledged", "[unit][executor]") {
  Ready table;
  const auto id = task(1).id;
  CHECK(table.accept(task(1, false), kNow).value() == doing(id, {Do::SayStart, Do::Call}));
  CHECK(table.ended(id, {Outcome::Kind::Ok, {}, {}}, kNow) == doing(id, {Do::Deliver}));
  CHECK_FALSE(table.acknowledged(id));
  CHECK(table.state_of(id) == TaskState::Unknown);
}

TEST_CASE("four tasks of a plugin run at once and the others wait their turn", "[unit][executor]") {
  Ready table;
  std::vector<TaskId> ids;
  for (std::uint8_t i = 1; i <= 4; ++i) ids.push_back(table.run(task(i)));
  const auto fifth = task(5).id;
  CHECK(table.accept(task(5), kNow).value() == doing(fifth, {Do::WriteAccept}));
  CHECK(table.state_of(fifth) == TaskState::Delivered);
  CHECK(table.wrote(fifth, kNow) == doing(fifth, {Do::SayAccept}));
  CHECK(table.state_of(fifth) == TaskState::Accepted);
  CHECK(table.queued() == 1);
  auto actions = table.ended(ids[0], {Outcome::Kind::Ok, {}, {}}, kNow);
  CHECK(actions == Actions{{Do::WriteEnd, ids[0]}, {Do::WriteStart, fifth}});
  CHECK(table.wrote(fifth, kNow) == doing(fifth, {Do::SayStart, Do::Call}));
  CHECK(table.running() == 4);
  CHECK(table.queued() == 0);
}

TEST_CASE("a full queue refuses, and one plugin's queue does not hold up another's",
          "[unit][executor]") {
  TableLimits limits;
  limits.running_per_plugin = 1;
  limits.queued = 2;
  Ready table(limits);
  (void)table.run(task(1));
  REQUIRE(table.accept(task(2), kNow));
  REQUIRE(table.accept(task(3), kNow));
  CHECK(table.accept(task(4), kNow).error().code == ErrorCode::ResourceExhausted);
  CHECK(table.state_of(task(4).id) == TaskState::Unknown);
  CHECK(table.plugin_ready("other", {true, ""}, kNow).empty());
  auto other = task(5);
  other.plugin = "other";
  CHECK(table.accept(other, kNow).value().at(0).what == Do::WriteAcceptAndStart);
}

TEST_CASE("a node that remembers as many ids as it may is busy", "[unit][executor]") {
  TableLimits limits;
  limits.known = 2;
  Ready table(limits);
  (void)table.run(task(1));
  table.remember(task(2).id, {TaskState::Ok, kNow + 10});
  CHECK(table.accept(task(3), kNow).error().code == ErrorCode::ResourceExhausted);
  (void)table.tick(kNow + 11);
  CHECK(table.accept(task(3), kNow + 11));
}

TEST_CASE("a task waits for its plugin, and expires when that takes too long", "[unit][executor]") {
  TaskTable table;
  const auto id = task(1).id;
  REQUIRE(table.accept(task(1), kNow));
  (void)table.wrote(id, kNow);
  SECTION("the plugin comes") {
    CHECK(table.plugin_ready("mock", {true, ""}, kNow) == doing(id, {Do::WriteStart}));
  }
  SECTION("it does not come in time") {
    CHECK(table.tick(kNow + 1000).empty());
    CHECK(table.tick(kNow + 1001) == doing(id, {Do::WriteEnd}));
    CHECK(table.find(id)->state == TaskState::Expired);
  }
  SECTION("it comes too late") {
    CHECK(table.plugin_ready("mock", {true, ""}, kNow + 1001) == doing(id, {Do::WriteEnd}));
    CHECK(table.find(id)->state == TaskState::Expired);
  }
}

TEST_CASE("a task that came too late because of its plugin says what is the matter with it",
          "[unit][executor]") {
  Ready table;
  const auto id = task(1).id;
  auto lost = task(2);
  lost.idempotent = true;
  (void)table.run(lost);
  const std::string why = "plugin mock on this node is waiting: cannot start it";
  (void)table.plugin_ready("mock", {false, "plugin mock on this node is starting"}, kNow);
  (void)table.plugin_ready("mock", {false, why}, kNow);
  (void)table.plugin_ready("other", {false, "plugin other on this node is failed"}, kNow);
  (void)table.ended(lost.id, {Outcome::Kind::Lost, {}, {}}, kNow);
  REQUIRE(table.accept(task(1), kNow));
  (void)table.wrote(id, kNow);
  (void)table.tick(kNow + 1001);
  CHECK(table.find(id)->error->message == "it was not started before its latest start: " + why);
  CHECK(table.find(lost.id)->error->message ==
        "it was lost while it ran, and its latest start passed before it could run again: " + why);
}

TEST_CASE("a task that came too late with its plugin ready says nothing of the plugin",
          "[unit][executor]") {
  TableLimits limits;
  limits.running_per_plugin = 1;
  Ready table(limits);
  (void)table.plugin_ready("mock", {false, "plugin mock on this node is waiting"}, kNow);
  (void)table.plugin_ready("mock", {true, ""}, kNow);
  (void)table.run(task(1));
  const auto id = task(2).id;
  REQUIRE(table.accept(task(2), kNow));
  (void)table.wrote(id, kNow);
  (void)table.tick(kNow + 1001);
  CHECK(table.find(id)->error->message == "it was not started before its latest start");
}

TEST_CASE("a host that would not take it now leaves the task queued", "[unit][executor]") {
  Ready table;
  const auto id = table.run(task(1));
  CHECK(table.put_back(id) == doing(id, {Do::WriteNotStarted}));
  CHECK(table.find(id)->started_ms == 0);
  CHECK(table.state_of(id) == TaskState::Accepted);
  CHECK(table.plugin_ready("mock", {true, ""}, kNow) == doing(id, {Do::WriteStart}));
  CHECK(table.find(id)->attempt == 1);
}

TEST_CASE("the outcome of a call decides the state of its task", "[unit][executor]") {
  struct Row {
    Outcome::Kind kind;
    std::optional<CancelReason> cancel;
    TaskState state;
  };
  const auto row = GENERATE(
      Row{Outcome::Kind::Ok, {}, TaskState::Ok},
      Row{Outcome::Kind::Changed, {}, TaskState::Changed},
      Row{Outcome::Kind::Failed, {}, TaskState::Failed},
      Row{Outcome::Kind::Indeterminate, {}, TaskState::Indeterminate},
      Row{Outcome::Kind::Refused, {}, TaskState::Refused},
      Row{Outcome::Kind::Lost, {}, TaskState::Indeterminate},
      Row{Outcome::Kind::Failed, CancelReason::Deadline, TaskState::TimedOut},
      Row{Outcome::Kind::Lost, CancelReason::Deadline, TaskState::TimedOut},
      Row{Outcome::Kind::Failed, CancelReason::Requested, TaskState::Cancelled},
      Row{Outcome::Kind::Lost, CancelReason::Requested, TaskState::Indeterminate},
      Row{Outcome::Kind::Ok, CancelReason::Deadline, TaskState::Ok},
      Row{Outcome::Kind::Indeterminate, CancelReason::Requested, TaskState::Indeterminate});
  Ready table;
  const auto id = table.run(task(1));
  if (row.cancel) CHECK(table.cancel(id, *row.cancel, kNow) == doing(id, {Do::CancelCall}));
  CHECK(table.ended(id, {row.kind, {}, {}}, kNow) == doing(id, {Do::WriteEnd}));
  CHECK(table.find(id)->state == row.state);
}

TEST_CASE("a plugin that ends a call at its deadline by itself ends a task that timed out",
          "[unit][executor]") {
  const std::int64_t after = GENERATE(10, 1000);
  Ready table;
  auto entry = task(1);
  entry.timeout = std::chrono::seconds(1);
  const auto id = table.run(entry);
  const Error timeout{ErrorCode::Timeout, "its time was up", {}, false, {}};
  CHECK(table.ended(id, {Outcome::Kind::Failed, {}, timeout}, kNow + after) ==
        doing(id, {Do::WriteEnd}));
  CHECK(table.find(id)->state == (after == 1000 ? TaskState::TimedOut : TaskState::Failed));
}

TEST_CASE("an idempotent task that was lost runs once more and not twice more",
          "[unit][executor]") {
  Ready table;
  auto entry = task(1);
  entry.idempotent = true;
  const auto id = table.run(entry);
  CHECK(table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow) ==
        doing(id, {Do::BeginAgain, Do::WriteStart}));
  CHECK(table.find(id)->attempt == 2);
  CHECK(table.wrote(id, kNow) == doing(id, {Do::SayStart, Do::Call}));
  CHECK(table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow) == doing(id, {Do::WriteEnd}));
  CHECK(table.find(id)->state == TaskState::Indeterminate);
}

TEST_CASE("a second attempt that came too late is indeterminate and not expired",
          "[unit][executor]") {
  Ready table;
  auto entry = task(1);
  entry.idempotent = true;
  const auto id = table.run(entry);
  (void)table.plugin_ready("mock", {false, ""}, kNow);
  CHECK(table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow) == doing(id, {Do::BeginAgain}));
  CHECK(table.tick(kNow + 2000) == doing(id, {Do::WriteEnd}));
  CHECK(table.find(id)->state == TaskState::Indeterminate);
}

TEST_CASE("a second attempt may begin for as long as the first had its time", "[unit][executor]") {
  Ready table;
  auto entry = task(1);
  entry.idempotent = true;
  entry.timeout = std::chrono::milliseconds(5000);
  const auto id = table.run(entry);
  const auto late = GENERATE(0, 1);  // after its latest start in either case
  const auto again = kNow + 5000 + late;
  const bool begins = late == 0;
  SECTION("it was lost then") {
    const auto actions = table.ended(id, {Outcome::Kind::Lost, {}, {}}, again);
    CHECK((actions == doing(id, {Do::BeginAgain, Do::WriteStart})) == begins);
    if (begins) CHECK(table.wrote(id, again) == doing(id, {Do::SayStart, Do::Call}));
  }
  SECTION("its plugin came then") {
    (void)table.plugin_ready("mock", {false, ""}, kNow);
    (void)table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow + 2000);
    CHECK(table.tick(again).empty() == begins);
    CHECK((table.plugin_ready("mock", {true, ""}, again) == doing(id, {Do::WriteStart})) == begins);
    if (begins) CHECK(table.wrote(id, again + 1) == doing(id, {Do::WriteEnd}));  // by then it is
  }
  SECTION("its host takes it and gives it back") {
    (void)table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow + 2000);
    (void)table.wrote(id, kNow + 2000);
    (void)table.put_back(id);
    CHECK((table.plugin_ready("mock", {true, ""}, again) == doing(id, {Do::WriteStart})) == begins);
  }
}

TEST_CASE("what becomes of a second attempt that never ran says nothing of the first",
          "[unit][executor]") {
  Ready table;
  auto entry = task(1);
  entry.idempotent = true;
  const auto id = table.run(entry);
  SECTION("its plugin refuses it") {
    (void)table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow);
    (void)table.wrote(id, kNow);
    (void)table.ended(id, {Outcome::Kind::Refused, {}, {}}, kNow);
  }
  SECTION("it is cancelled while it waits") {
    (void)table.plugin_ready("mock", {false, ""}, kNow);
    (void)table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow);
    (void)table.cancel(id, CancelReason::Requested, kNow);
  }
  SECTION("it is cancelled while its start is being written") {
    (void)table.ended(id, {Outcome::Kind::Lost, {}, {}}, kNow);
    (void)table.cancel(id, CancelReason::Requested, kNow);
    (void)table.wrote(id, kNow);
  }
  CHECK(table.find(id)->phase == Phase::Ending);
  CHECK(table.find(id)->state == TaskState::Indeterminate);
}

TEST_CASE("tasks that go back to the queue wait at the place that they had", "[unit][executor]") {
  TableLimits limits;
  limits.running_per_plugin = 2;
  Ready table(limits);
  auto first = task(2);
  auto second = task(1);
  first.idempotent = second.idempotent = true;
  (void)table.run(first);
  (void)table.run(second);
  (void)table.accept(task(3), kNow);
  (void)table.wrote(task(3).id, kNow);
  (void)table.plugin_ready("mock", {false, ""}, kNow);
  SECTION("their host was lost") {
    (void)table.ended(first.id, {Outcome::Kind::Lost, {}, {}}, kNow);
    (void)table.ended(second.id, {Outcome::Kind::Lost, {}, {}}, kNow);
  }
  SECTION("their host did not take them") {
    (void)table.put_back(first.id);
    (void)table.put_back(second.id);
  }
  CHECK(table.plugin_ready("mock", {true, ""}, kNow) ==
        Actions{{Do::WriteStart, first.id}, {Do::WriteStart, second.id}});
}

TEST_CASE("a promise that cannot be written is dropped, a result is written again",
          "[unit][executor]") {
  Ready table;
  const auto id = task(1).id;
  REQUIRE(table.accept(task(1), kNow));
  CHECK(table.not_written(id) == TaskTable::Unwritten::Dropped);
  CHECK(table.state_of(id) == TaskState::Unknown);
  CHECK(table.running() == 0);

  const auto second = table.run(task(2));
  (void)table.ended(second, {Outcome::Kind::Ok, {}, {}}, kNow);
  CHECK(table.not_written(second) == TaskTable::Unwritten::Kept);
  CHECK(table.retry_writes(kNow) == doing(second, {Do::WriteEnd}));
  CHECK(table.retry_writes(kNow).empty());
}

TEST_CASE("after a restart each task goes on from what the journal proves", "[unit][executor]") {
  TaskTable table;
  SECTION("promised: it runs when the plugin is there") {
    auto entry = task(1);
    entry.phase = Phase::Queued;
    CHECK(table.restore(entry, kNow).empty());
    CHECK(table.plugin_ready("mock", {true, ""}, kNow) == doing(entry.id, {Do::WriteStart}));
  }
  SECTION("started: nobody knows, and it is not run again") {
    auto entry = task(1);
    entry.phase = Phase::Running;
    CHECK(table.restore(entry, kNow) == doing(entry.id, {Do::WriteEnd}));
    CHECK(table.find(entry.id)->state == TaskState::Indeterminate);
  }
  SECTION("started and idempotent: a second attempt") {
    auto entry = task(1);
    entry.phase = Phase::Running;
    entry.idempotent = true;
    CHECK(table.restore(entry, kNow) == doing(entry.id, {Do::BeginAgain}));
    CHECK(table.plugin_ready("mock", {true, ""}, kNow) == doing(entry.id, {Do::WriteStart}));
    CHECK(table.find(entry.id)->attempt == 2);
  }
  SECTION("started, idempotent and cancelled: no second attempt") {
    auto entry = task(1);
    entry.phase = Phase::Running;
    entry.idempotent = true;
    entry.cancel = CancelReason::Requested;
    CHECK(table.restore(entry, kNow) == doing(entry.id, {Do::WriteEnd}));
    CHECK(table.find(entry.id)->state == TaskState::Indeterminate);
  }
  SECTION("ended: its result is told again") {
    auto entry = task(1);
    entry.phase = Phase::Ended;
    entry.state = TaskState::Ok;
    CHECK(table.restore(entry, kNow) == doing(entry.id, {Do::Deliver}));
  }
}

TEST_CASE("nothing starts while the table is held", "[unit][executor]") {
  Ready table;
  (void)table.hold(true, kNow);
  const auto id = task(1).id;
  CHECK(table.accept(task(1), kNow).value() == doing(id, {Do::WriteAccept}));
  CHECK(table.wrote(id, kNow) == doing(id, {Do::SayAccept}));
  CHECK(table.hold(false, kNow) == doing(id, {Do::WriteStart}));
}

TEST_CASE("an id is kept until its task can no longer come, 7 days at the most",
          "[unit][executor]") {
  Ready table;
  auto entry = task(1);
  const bool far = GENERATE(false, true);
  if (far) entry.not_after_ms = kNow + 30 * KnownIds::kMostMs;
  const auto id = table.run(entry);
  (void)table.ended(id, {Outcome::Kind::Ok, {}, {}}, kNow);
  (void)table.wrote(id, kNow);
  REQUIRE(table.acknowledged(id));
  const std::int64_t until = far ? kNow + KnownIds::kMostMs : entry.not_after_ms + 500;
  (void)table.tick(until);
  CHECK(table.state_of(id) == TaskState::Ok);
  (void)table.tick(until + 1);
  CHECK(table.state_of(id) == TaskState::Unknown);
}
