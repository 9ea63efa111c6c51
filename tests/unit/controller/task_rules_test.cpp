#include "jobs/task_rules.hpp"

#include "catch.hpp"

namespace muster::controller {
namespace {

using enum wire::TaskState;

constexpr auto kTake = Step::Take;
constexpr auto kPass = Step::Ignore;
constexpr auto kAgain = Step::AckAgain;
constexpr auto kBad = Step::Violate;

struct Row {
  wire::TaskState now;
  Step accept, start, refuse, out, progress, result;
};

// The whole table: every state, every message.
constexpr Row kRows[] = {
    {AwaitingMandate, kBad, kBad, kBad, kBad, kBad, kBad},
    {Queued, kBad, kBad, kBad, kBad, kBad, kBad},
    {Delivered, kTake, kTake, kTake, kTake, kTake, kTake},
    {Accepted, kPass, kTake, kTake, kTake, kTake, kTake},
    {Running, kPass, kTake, kBad, kTake, kTake, kTake},
    {Ok, kPass, kPass, kPass, kPass, kPass, kAgain},
    {Changed, kPass, kPass, kPass, kPass, kPass, kAgain},
    {Failed, kPass, kPass, kPass, kPass, kPass, kAgain},
    {TimedOut, kPass, kPass, kPass, kPass, kPass, kAgain},
    {Cancelled, kPass, kPass, kPass, kPass, kPass, kAgain},
    {Refused, kPass, kPass, kPass, kPass, kPass, kAgain},
    {Indeterminate, kPass, kPass, kTake, kTake, kPass, kTake},
    {Expired, kPass, kPass, kPass, kPass, kPass, kAgain},
    {Skipped, kPass, kPass, kPass, kPass, kPass, kAgain},
    {Unreachable, kPass, kPass, kPass, kPass, kPass, kAgain},
};

TEST_CASE("every message means one thing for a task in each state", "[unit][jobs]") {
  const auto row = GENERATE(from_range(std::begin(kRows), std::end(kRows)));
  INFO(wire::to_string(row.now));
  CHECK(step_for(row.now, Said::Accept) == row.accept);
  CHECK(step_for(row.now, Said::Start) == row.start);
  CHECK(step_for(row.now, Said::Refuse) == row.refuse);
  CHECK(step_for(row.now, Said::Out) == row.out);
  CHECK(step_for(row.now, Said::Progress) == row.progress);
  CHECK(step_for(row.now, Said::Result) == row.result);
}

TEST_CASE("a node's status moves a task on, sends it again, or gives it up", "[unit][jobs]") {
  for (const bool reads : {false, true}) {
    CHECK(reconcile(Delivered, Unknown, reads) == Reconcile::SendAgain);
    CHECK(reconcile(Delivered, Accepted, reads) == Reconcile::MoveOn);
    CHECK(reconcile(Delivered, Running, reads) == Reconcile::MoveOn);
    CHECK(reconcile(Accepted, Running, reads) == Reconcile::MoveOn);
    CHECK(reconcile(Running, Accepted, reads) == Reconcile::Nothing);
    CHECK(reconcile(Running, Ok, reads) == Reconcile::Nothing);
    CHECK(reconcile(Queued, Unknown, reads) == Reconcile::Nothing);
    CHECK(reconcile(Ok, Unknown, reads) == Reconcile::Nothing);
  }
  CHECK(reconcile(Accepted, Unknown, false) == Reconcile::GiveUp);
  CHECK(reconcile(Running, Unknown, false) == Reconcile::GiveUp);
  CHECK(reconcile(Running, Unknown, true) == Reconcile::SendAgain);
}

}  // namespace
}  // namespace muster::controller
