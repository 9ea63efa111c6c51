#include "api/request_limit.hpp"

#include "catch.hpp"
#include "fake_clock.hpp"

using namespace muster;
using controller::ApiTokenId;
using controller::api::RequestLimit;

TEST_CASE("a token's requests are counted for it alone and forgiven with time", "[unit][api]") {
  test::FakeClock clock;
  RequestLimit limit(clock, 2);
  const auto one = ApiTokenId::random();
  const auto other = ApiTokenId::random();
  for (int i = 0; i < 4; ++i) CHECK(limit.take(one));
  const auto refused = limit.take(one);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::ResourceExhausted);
  CHECK(refused.error().retry_after == std::chrono::seconds(1));
  CHECK(limit.take(other));
  CHECK(limit.refused() == 1);
  clock.advance(std::chrono::seconds(1));
  for (int i = 0; i < 2; ++i) CHECK(limit.take(one));
  CHECK_FALSE(limit.take(one));
}

TEST_CASE("a limit remembers ten thousand tokens, and then begins anew", "[unit][api]") {
  test::FakeClock clock;
  RequestLimit limit(clock, 1);
  const auto one = ApiTokenId::random();
  while (limit.take(one)) {
  }
  for (int i = 0; i < 9'999; ++i) (void)limit.take(ApiTokenId::random());
  CHECK_FALSE(limit.take(one));
  (void)limit.take(ApiTokenId::random());
  CHECK(limit.take(one));
}
