#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <muster/core/base/fd.hpp>
#include <muster/core/run/event_loop.hpp>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "fake_clock.hpp"

using namespace muster;
using namespace std::chrono_literals;

TEST_CASE("timers fire in the order of their time and only when it has come", "[unit][run]") {
  test::FakeClock clock;
  auto loop = run::EventLoop::create(clock).value();
  std::vector<int> fired;
  auto late = loop->after(20ms, [&] { fired.push_back(2); });
  auto early = loop->after(10ms, [&] { fired.push_back(1); });
  auto never = loop->after(5ms, [&] { fired.push_back(0); });
  never.reset();
  loop->run_ready();
  CHECK(fired.empty());
  clock.advance(30ms);
  loop->run_ready();
  CHECK(fired == std::vector{1, 2});
  CHECK_FALSE(late.armed());
}

TEST_CASE("work posted from another thread runs on the loop in its order", "[unit][run]") {
  const SystemClock clock;
  auto loop = run::EventLoop::create(clock).value();
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop->post([&seen, i] { seen.push_back(i); });
    loop->stop();
  });
  loop->run();
  other.join();
  REQUIRE(seen.size() == 1000);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("a watch may destroy itself in its own callback", "[unit][run]") {
  const SystemClock clock;
  auto loop = run::EventLoop::create(clock).value();
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  REQUIRE(::write(writer.get(), "x", 1) == 1);
  int calls = 0;
  run::Watch watch = loop->watch(reader.get(), EPOLLIN, [&](std::uint32_t) {
    ++calls;
    watch.reset();
  });
  loop->run_ready();
  CHECK(calls == 1);
}

TEST_CASE("work that a timer posts does not wait for anything else to happen", "[unit][run]") {
  const SystemClock clock;
  auto loop = run::EventLoop::create(clock).value();
  const auto timer = loop->after(0ms, [&] { loop->post([&] { loop->stop(); }); });
  loop->run();
  SUCCEED("it came back");
}

TEST_CASE("a loop that was just about to wait is woken by another thread's work", "[unit][run]") {
  constexpr int kTurns = 20'000;
  const SystemClock clock;
  auto here = run::EventLoop::create(clock).value();
  auto there = run::EventLoop::create(clock).value();
  int turns = 0;
  std::function<void()> back = [&] {
    if (++turns == kTurns) return there->stop(), here->stop();
    there->post([&] { here->post(back); });
  };
  here->post(back);
  std::thread other([&] { there->run(); });
  here->run();
  other.join();
  CHECK(turns == kTurns);
}

TEST_CASE("one turn waits for what comes, and leaves a stop to the run that follows",
          "[unit][run]") {
  const SystemClock clock;
  auto loop = run::EventLoop::create(clock).value();
  bool came = false;
  std::thread other([&] { loop->post([&] { came = true; }); });
  while (!came) loop->run_next();
  other.join();
  loop->stop();
  loop->run_next();
  bool fired = false;
  const auto timer = loop->after(0ms, [&] {
    fired = true;
    loop->stop();
  });
  loop->run();
  CHECK_FALSE(fired);
}
