#include <muster/core/doctor/probes.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

namespace muster::doctor {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

const UnixTime kNow{1'800'000'000s};

Check clock_that_is(std::chrono::milliseconds ahead) {
  return compare_clocks("the controller", kNow, kNow, kNow - ahead);
}

TEST_CASE("Clocks that differ by seconds agree well enough, by minutes they do not") {
  CHECK(clock_that_is(300ms).says == "this clock and the controller's agree");
  CHECK(clock_that_is(10s).verdict == Verdict::Ok);
  CHECK(clock_that_is(10'001ms).verdict == Verdict::Warning);
  CHECK(clock_that_is(5min).verdict == Verdict::Warning);
  CHECK(clock_that_is(5min + 1ms).verdict == Verdict::Failed);
}

TEST_CASE("A clock says in which direction it is wrong") {
  CHECK(clock_that_is(90s).says == "this clock is 90 s ahead of the controller's");
  CHECK(clock_that_is(-3h).says == "this clock is 3 hours behind the controller's");
  CHECK(clock_that_is(-3h).verdict == Verdict::Failed);
}

TEST_CASE("The time that an answer took is shared between asking and answering") {
  const auto check = compare_clocks("the controller", kNow, kNow + 20s, kNow + 10s);
  CHECK(check.verdict == Verdict::Ok);
}

TEST_CASE("A certificate is warned of in its last fortnight, and fails when it has run out") {
  const auto left = [](std::chrono::hours time) {
    return check_validity("certificate", kNow + time, kNow, "make a new one").verdict;
  };
  CHECK(left(14h * 24) == Verdict::Ok);
  CHECK(left(14h * 24 - 1h) == Verdict::Warning);
  CHECK(left(0h) == Verdict::Failed);
  CHECK(left(-1h) == Verdict::Failed);
}

TEST_CASE("A disk that cannot be looked at is not called roomy") {
  const test::TempDir dir;
  CHECK(probe_disk(dir / "gone").verdict == Verdict::Unknown);
  CHECK_THAT(probe_disk(dir.path()).says, Contains(" free"));
}

TEST_CASE("A file system without room has failed") {
  // /proc has no blocks at all: none is free.
  CHECK(probe_disk("/proc").verdict == Verdict::Failed);
}

}  // namespace
}  // namespace muster::doctor
