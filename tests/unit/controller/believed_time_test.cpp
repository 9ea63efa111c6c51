#include "jobs/believed_time.hpp"

#include "catch.hpp"

namespace muster::controller {
namespace {

using std::chrono::hours;

constexpr UnixMs kHour = 3'600'000;
constexpr UnixMs kStart = 500'000 * kHour;
constexpr UnixMs kYears = 73 * 365 * 24 * kHour;

/// A process that runs, and a clock that may jump.
struct Process {
  BelievedTime time{kStart, MonoTime{}};
  MonoTime mono{};
  UnixMs wall = kStart;

  UnixMs run(int for_hours) {
    UnixMs believed = 0;
    for (int i = 0; i < for_hours; ++i) {
      mono += hours(1);
      wall += kHour;
      believed = time.now(wall, mono);
    }
    return believed;
  }
  void restart(UnixMs last) {
    mono = MonoTime{};
    time = BelievedTime(last, mono);
  }
};

TEST_CASE("a clock that goes on evenly is believed", "[unit][jobs]") {
  Process process;
  CHECK(process.run(100) == process.wall);
  CHECK_FALSE(process.time.doubts());
  process.wall += 23 * kHour;
  CHECK(process.run(1) == process.wall);
}

TEST_CASE("a clock that jumped ahead is believed after a day, and only what passed until then",
          "[unit][jobs]") {
  Process process;
  process.run(5);
  process.wall += kYears;
  CHECK(process.run(24) == kStart + 29 * kHour);
  CHECK(process.time.doubts());
  CHECK(process.run(1) == process.wall);
  CHECK_FALSE(process.time.doubts());
}

TEST_CASE("a second jump begins the day anew", "[unit][jobs]") {
  Process process;
  process.wall += kYears;
  process.run(20);
  process.wall += 2 * kHour;
  CHECK(process.run(24) == kStart + 44 * kHour);
  CHECK(process.run(1) == process.wall);
}

TEST_CASE("a restart does not end the doubt", "[unit][jobs]") {
  Process process;
  process.wall += kYears;
  UnixMs last = kStart;
  for (int restart = 0; restart < 10; ++restart) {
    last = process.run(20);
    CHECK(last == kStart + (restart + 1) * 20 * kHour);
    process.restart(last);
  }
}

TEST_CASE("a clock that was put right again is believed at once", "[unit][jobs]") {
  Process process;
  process.wall += kYears;
  process.run(20);
  process.wall -= kYears;
  CHECK(process.run(1) == process.wall);
  CHECK_FALSE(process.time.doubts());
}

TEST_CASE("a clock that was set back takes what is believed with it, and the guard stays",
          "[unit][jobs]") {
  Process process;
  process.run(5);
  process.wall -= kYears;
  CHECK(process.run(1) == process.wall);
  process.wall += kYears;
  const auto believed = process.run(1);
  CHECK(believed == process.wall - kYears);
  CHECK(process.time.doubts());
}

}  // namespace
}  // namespace muster::controller
