#include "client/patience.hpp"

#include "catch.hpp"

using muster::client::Patience;
using namespace std::chrono_literals;

TEST_CASE("the pauses grow to three seconds and end after half a minute", "[unit][client]") {
  Patience patience;
  CHECK(patience.next() == 200ms);
  CHECK(patience.next() == 400ms);
  std::chrono::milliseconds in_all = 600ms;
  std::chrono::milliseconds longest{0};
  for (auto pause = patience.next(); pause.count() > 0; pause = patience.next()) {
    in_all += pause;
    longest = std::max(longest, pause);
    REQUIRE(in_all < 60s);
  }
  CHECK(longest == 3s);
  CHECK(in_all >= 30s);
  CHECK(in_all <= 33s);
  CHECK_FALSE(patience.wait());
}

TEST_CASE("patience is new when the controller was heard", "[unit][client]") {
  Patience patience;
  while (patience.next().count() > 0) continue;
  patience.renew();
  CHECK(patience.next() == 200ms);
}
