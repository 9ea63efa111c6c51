#include <atomic>
#include <future>
#include <workers.hpp>

#include "catch.hpp"

using muster::sdk::detail::Workers;

TEST_CASE("what the workers accepted is done before they finish", "[unit][sdk]") {
  std::atomic<int> done{0};
  Workers workers(2, 1000);
  for (int i = 0; i < 100; ++i) REQUIRE(workers.submit([&] { ++done; }));
  workers.finish();
  CHECK(done == 100);
}

TEST_CASE("workers can be used again after they finished", "[unit][sdk]") {
  std::atomic<int> done{0};
  Workers workers(1, 1);
  REQUIRE(workers.submit([&] { ++done; }));
  workers.finish();
  REQUIRE(workers.submit([&] { ++done; }));
  workers.finish();
  CHECK(done == 2);
}

TEST_CASE("as many run at once as there may be threads, and as many wait as may", "[unit][sdk]") {
  constexpr std::size_t kThreads = 3;
  constexpr std::size_t kWaiting = 2;
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::atomic<std::size_t> running{0};
  std::promise<void> all_run;
  Workers workers(kThreads, kWaiting);
  const auto block = [&] {
    if (++running == kThreads) all_run.set_value();
    released.wait();
  };
  for (std::size_t i = 0; i < kThreads; ++i) REQUIRE(workers.submit(block));
  all_run.get_future().wait();
  for (std::size_t i = 0; i < kWaiting; ++i) CHECK(workers.submit([] {}));
  CHECK_FALSE(workers.submit([] {}));
  release.set_value();
}
