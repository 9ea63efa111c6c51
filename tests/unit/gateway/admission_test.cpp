#include "admission.hpp"

#include <map>

#include "catch.hpp"
#include "fake_clock.hpp"

using namespace muster;
using namespace muster::gateway;
using namespace std::chrono_literals;
using Kind = Admission::Verdict::Kind;

namespace {

wire::TransportKey key(std::uint8_t number) {
  wire::TransportKey one{};
  one[0] = number;
  return one;
}
Bytes route(std::uint8_t number) { return Bytes(16, number); }

Admission::Verdict hear(Admission& admission, std::uint8_t from, std::uint8_t whose) {
  return admission.judge(route(from), key(whose), false);
}

}  // namespace

TEST_CASE("without a controller everyone hears to come back later, once a second",
          "[unit][gateway]") {
  test::FakeClock clock;
  Admission admission(clock, 1);
  const auto verdict = hear(admission, 1, 1);
  CHECK(verdict.kind == Kind::Retry);
  CHECK(verdict.after >= 500ms);
  CHECK(verdict.after < 3000ms);
  CHECK(hear(admission, 1, 1).kind == Kind::Drop);
  clock.advance(1s);
  CHECK(hear(admission, 1, 1).kind == Kind::Retry);
}

TEST_CASE("new routes pass at the admission rate, known ones always", "[unit][gateway]") {
  test::FakeClock clock;
  Admission admission(clock, 1);
  admission.link_up();
  admission.set_rate(2);
  CHECK(hear(admission, 1, 1).kind == Kind::Pass);
  CHECK(hear(admission, 2, 2).kind == Kind::Pass);
  CHECK(hear(admission, 3, 3).kind == Kind::Retry);
  CHECK(hear(admission, 1, 1).kind == Kind::Pass);
  clock.advance(500ms);
  CHECK(hear(admission, 3, 3).kind == Kind::Pass);
  CHECK(hear(admission, 4, 4).kind == Kind::Retry);
}

TEST_CASE("after the controller came back its old routes are woken at the rate, each once",
          "[unit][gateway]") {
  test::FakeClock clock;
  Admission admission(clock, 1);
  admission.link_up();
  for (std::uint8_t i = 0; i < 10; ++i) REQUIRE(hear(admission, i, i).kind == Kind::Pass);
  admission.link_lost();
  CHECK_FALSE(admission.next_to_wake());  // nobody to send them to
  admission.link_up();
  admission.set_rate(4);
  std::map<Bytes, int> woken;
  std::size_t seconds = 0;
  for (; admission.any_to_wake() && seconds < 10; ++seconds) {
    while (const auto one = admission.next_to_wake()) ++woken[*one];
    clock.advance(1s);
  }
  CHECK(woken.size() == 10);
  CHECK(seconds == 3);
}

TEST_CASE("a frame of a session that died with the controller never passes", "[unit][gateway]") {
  test::FakeClock clock;
  Admission admission(clock, 1);
  admission.link_up();
  REQUIRE(hear(admission, 1, 1).kind == Kind::Pass);
  admission.link_lost();
  admission.link_up();
  const auto verdict = hear(admission, 1, 1);
  CHECK(verdict.kind == Kind::Retry);
  CHECK(verdict.after == 0ms);
  CHECK_FALSE(admission.next_to_wake());            // it knows already
  CHECK(hear(admission, 2, 1).kind == Kind::Pass);  // its new connection
}

TEST_CASE("what is remembered is a few routes for each key", "[unit][gateway]") {
  test::FakeClock clock;
  Admission admission(clock, 1);
  admission.link_up();
  for (int i = 0; i < 250; ++i) {
    static_cast<void>(hear(admission, static_cast<std::uint8_t>(i), 1));
  }
  CHECK(admission.routes() == 3);
  admission.forget(route(249));
  CHECK(admission.routes() == 2);
  admission.forget(key(1));
  CHECK(admission.routes() == 0);
}

TEST_CASE("a route that another key takes over is judged anew", "[unit][gateway]") {
  test::FakeClock clock;
  Admission admission(clock, 1);
  admission.link_up();
  admission.set_rate(1);
  CHECK(hear(admission, 1, 1).kind == Kind::Pass);
  CHECK(hear(admission, 1, 2).kind == Kind::Retry);
  CHECK(admission.routes() == 1);
  admission.forget(key(1));
  CHECK(admission.routes() == 1);
}

TEST_CASE("a HELLO over an old connection begins a session as over a new one", "[unit][gateway]") {
  test::FakeClock clock;
  Admission admission(clock, 1);
  admission.link_up();
  REQUIRE(hear(admission, 1, 1).kind == Kind::Pass);
  admission.link_lost();
  admission.link_up();
  CHECK(admission.judge(route(1), key(1), true).kind == Kind::Pass);
  CHECK(hear(admission, 1, 1).kind == Kind::Pass);
  CHECK_FALSE(admission.next_to_wake());
}
