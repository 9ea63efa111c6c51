#include <atomic>
#include <future>
#include <muster/core/run/worker_pool.hpp>

#include "catch.hpp"

using namespace muster;

TEST_CASE("what the pool accepted is done before it is gone", "[unit][run]") {
  std::atomic<int> done{0};
  {
    run::WorkerPool pool(2, 1000);
    for (int i = 0; i < 100; ++i) REQUIRE(pool.submit([&] { ++done; }));
  }
  CHECK(done == 100);
}

TEST_CASE("a full queue refuses work", "[unit][run]") {
  std::promise<void> release;
  std::promise<void> started;
  run::WorkerPool pool(1, 1);
  REQUIRE(pool.submit([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  CHECK(pool.submit([] {}));
  CHECK(pool.submit([] {}).error().code == ErrorCode::ResourceExhausted);
  release.set_value();
}
