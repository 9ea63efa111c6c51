#include "events/webhook_retry.hpp"

#include <limits>

#include "catch.hpp"

namespace muster::controller {
namespace {

constexpr UnixMs kSecond = 1000;
constexpr UnixMs kHour = 3600 * kSecond;
constexpr UnixMs kNow = 1'700'000'000'000;
constexpr double kMost = 0.999999;

EventRecord event(UnixMs age = 0) { return {8, kNow - age, "node.test", "node/web1", "{}"}; }

WebhookAnswer status(int code, std::int64_t retry_after = 0) {
  WebhookAnswer answer;
  answer.status = code;
  answer.retry_after = std::chrono::seconds(retry_after);
  return answer;
}

WebhookAnswer silence() {
  WebhookAnswer answer;
  answer.error = "nobody takes connections there";
  return answer;
}

WebhookProgress failing(std::uint32_t failures, UnixMs since) {
  WebhookProgress progress;
  progress.cursor = 7;
  progress.failures = progress.attempts = failures;
  progress.failing_since = since;
  return progress;
}

TEST_CASE("what is taken moves the place and ends all trouble", "[unit][controller]") {
  const auto code = GENERATE(200, 201, 202, 204, 299);
  const auto step = next_step(failing(5, kNow - kHour), event(), status(code), kNow, kMost);
  CHECK(step.verdict == WebhookVerdict::Delivered);
  CHECK(step.progress.cursor == 8);
  CHECK(step.progress.failures == 0);
  CHECK(step.progress.attempts == 0);
  CHECK(step.progress.failing_since == 0);
  CHECK(step.progress.next_attempt == 0);
  CHECK(step.progress.last_success == kNow);
  CHECK(step.progress.delivered == 1);
}

TEST_CASE("the wait is chance's up to a bound that doubles to an hour", "[unit][controller]") {
  const std::vector<std::pair<std::uint32_t, UnixMs>> bounds{
      {0, 5 * kSecond}, {1, 10 * kSecond}, {2, 20 * kSecond},     {9, 2560 * kSecond},
      {10, kHour},      {60, kHour},       {4'000'000'000, kHour}};
  for (const auto& [failures, bound] : bounds) {
    INFO(failures);
    const auto wait = [&, before = failing(failures, kNow)](double chance) {
      return next_step(before, event(), silence(), kNow, chance).progress.next_attempt - kNow;
    };
    CHECK(wait(0) == 0);
    CHECK(wait(0.5) == bound / 2);
    CHECK(wait(kMost) < bound);
    CHECK(wait(kMost) > bound * 9 / 10);
  }
}

TEST_CASE("Retry-After is the least wait, a day the most", "[unit][controller]") {
  const auto wait = [](std::int64_t retry_after, double chance) {
    return next_step({}, event(), status(503, retry_after), kNow, chance).progress.next_attempt -
           kNow;
  };
  CHECK(wait(120, kMost) == 120 * kSecond);
  CHECK(wait(1, 0.5) == 2500);
  CHECK(wait(1'000'000'000, 0) == 24 * kHour);
  CHECK(wait(std::numeric_limits<std::int64_t>::max(), 0) == 24 * kHour);
  CHECK(wait(-5, 0) == 0);
}

TEST_CASE("a clock that was set back neither silences a webhook nor keeps its events for ever",
          "[unit][controller]") {
  auto progress = failing(1, kNow + 1000 * kHour);
  progress.next_attempt = kNow + 1000 * kHour;
  CHECK(wait_before(progress, kNow) == 0);
  CHECK(next_step(progress, event(), silence(), kNow, 0).progress.failing_since == kNow);
  progress.next_attempt = kNow + 24 * kHour;  // the longest that a receiver may ask for
  CHECK(wait_before(progress, kNow) == 24 * kHour);
  progress.next_attempt = kNow - 1;
  CHECK(wait_before(progress, kNow) == 0);
}

TEST_CASE("the time for which the controller was away is none of failing", "[unit][controller]") {
  auto progress = failing(3, kNow - 60 * kHour);
  progress.next_attempt = kNow - 58 * kHour;
  leave_out_absence(progress, kNow);
  CHECK(progress.failing_since == kNow - 2 * kHour);
  progress.next_attempt = kNow + kSecond;
  leave_out_absence(progress, kNow);
  CHECK(progress.failing_since == kNow - 2 * kHour);
  WebhookProgress well;
  leave_out_absence(well, kNow);
  CHECK(well == WebhookProgress{});
}

TEST_CASE("what is not taken is tried again until the event is old and nothing got through",
          "[unit][controller]") {
  const auto code = GENERATE(0, 301, 302, 401, 404, 408, 425, 429, 500, 502, 503, 504);
  const auto answer = code == 0 ? silence() : status(code);
  const auto verdict = [&](UnixMs since, UnixMs age) {
    return next_step(failing(40, kNow - since), event(age), answer, kNow, 0).verdict;
  };
  CHECK(verdict(23 * kHour, 23 * kHour) == WebhookVerdict::TryAgain);
  CHECK(verdict(24 * kHour, 23 * kHour) == WebhookVerdict::TryAgain);
  // It waited for a controller that was away; the receiver is not at fault.
  CHECK(verdict(23 * kHour, 99 * kHour) == WebhookVerdict::TryAgain);
  CHECK(verdict(24 * kHour, 24 * kHour) == WebhookVerdict::TooOld);
}

TEST_CASE("an event that dies moves the place, and the receiver is asked no sooner",
          "[unit][controller]") {
  const auto step =
      next_step(failing(40, kNow - 24 * kHour), event(24 * kHour), status(500), kNow, kMost);
  CHECK(step.progress.cursor == 8);
  CHECK(step.progress.attempts == 0);
  CHECK(step.progress.failures == 41);
  CHECK(step.progress.dead == 1);
  CHECK(step.progress.next_attempt > kNow);
  CHECK(step.progress.last_error == "it answered 500");
}

TEST_CASE("an event that is refused three times is a dead letter", "[unit][controller]") {
  const auto code = GENERATE(400, 413, 415, 422);
  WebhookProgress progress;
  progress.cursor = 7;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto step = next_step(progress, event(), status(code), kNow, 0);
    CHECK((step.verdict == WebhookVerdict::Refused) == (attempt == 3));
    CHECK(step.progress.cursor == (attempt == 3 ? 8 : 7));
    progress = step.progress;
  }
  CHECK(progress.attempts == 0);
}

TEST_CASE("a receiver that says gone keeps its place and is asked no more", "[unit][controller]") {
  const auto step = next_step(failing(1, kNow), event(), status(410), kNow, 0);
  CHECK(step.verdict == WebhookVerdict::Gone);
  CHECK(step.progress.gone == kNow);
  CHECK(step.progress.next_attempt == 0);
  CHECK(step.progress.cursor == 7);
}

}  // namespace
}  // namespace muster::controller
