#include <muster/core/plugins/plugin_file.hpp>

#include "catch.hpp"

using muster::plugins::check_abi;

TEST_CASE("a plugin of another ABI is refused with what to do", "[unit][plugins]") {
  CHECK(check_abi(1, 0));
  const auto newer = check_abi(9, 0);
  REQUIRE(!newer);
  CHECK(newer.error().code == muster::ErrorCode::Unsupported);
  CHECK(newer.error().message ==
        "it was built for ABI 9, this agent speaks ABI 1; upgrade the agent");
  CHECK_THAT(check_abi(0, 3).error().message, Catch::Contains("install a newer build"));
  CHECK_THAT(check_abi(1, 7).error().message, Catch::Contains("it needs ABI 1.7"));
}
