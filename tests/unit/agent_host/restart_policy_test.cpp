#include "host/restart_policy.hpp"

#include "catch.hpp"

using namespace muster;
using namespace muster::agent;
using namespace std::chrono_literals;

namespace {

constexpr MonoTime kStart{1h};

}  // namespace

TEST_CASE("waits stay between half a second and a minute, with jitter", "[unit][agent]") {
  const auto seed = GENERATE(range(1, 20));
  RestartPolicy policy(static_cast<std::uint64_t>(seed));
  auto now = kStart;
  for (int i = 0; i < 20; ++i) {
    const auto decision = policy.on_crash(now);
    CHECK_FALSE(decision.quarantined);
    CHECK(decision.wait >= 500ms);
    CHECK(decision.wait <= 60s);
    if (i == 0) CHECK(decision.wait <= 1s);
    now += 3min;  // too slow for quarantine, too fast for health
    policy.on_ready(now);
  }
}

TEST_CASE("the fifth crash within ten minutes is quarantine, and so is a crash of the one try",
          "[unit][agent]") {
  RestartPolicy policy(1);
  for (int i = 0; i < 4; ++i) CHECK_FALSE(policy.on_crash(kStart + i * 1min).quarantined);
  CHECK(policy.on_crash(kStart + 4min).quarantined);
  policy.on_ready(kStart + 15min);
  CHECK(policy.on_crash(kStart + 16min).quarantined);
}

TEST_CASE("five minutes of health after a try end the quarantine", "[unit][agent]") {
  RestartPolicy policy(1);
  for (int i = 0; i < 5; ++i) (void)policy.on_crash(kStart);
  policy.on_ready(kStart + 10min);
  const auto decision = policy.on_crash(kStart + 15min);
  CHECK_FALSE(decision.quarantined);
  CHECK(decision.wait <= 1s);
}

TEST_CASE("crashes further apart than the window are no quarantine", "[unit][agent]") {
  RestartPolicy policy(1);
  for (int i = 0; i < 20; ++i) CHECK_FALSE(policy.on_crash(kStart + i * 151s).quarantined);
}

TEST_CASE("a request is poison from its second crash on, for a day", "[unit][agent]") {
  PoisonList poison;
  poison.on_crash("a", kStart);
  CHECK_FALSE(poison.is_poison("a", kStart));
  poison.on_crash("a", kStart + 1h);
  CHECK(poison.is_poison("a", kStart + 1h));
  CHECK_FALSE(poison.is_poison("b", kStart + 1h));
  CHECK(poison.is_poison("a", kStart + 25h));
  CHECK_FALSE(poison.is_poison("a", kStart + 25h + 1s));
}

TEST_CASE("the poison list is bounded: the oldest goes first", "[unit][agent]") {
  PoisonList poison;
  for (int i = 0; i < 2; ++i) poison.on_crash("old", kStart);
  for (std::size_t i = 0; i + 1 < PoisonList::kMost; ++i)
    poison.on_crash(std::to_string(i), kStart + 1s);
  CHECK(poison.is_poison("old", kStart + 2s));
  poison.on_crash("one more", kStart + 2s);
  CHECK_FALSE(poison.is_poison("old", kStart + 2s));
}
