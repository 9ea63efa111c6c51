#include "api/members.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace muster::controller;
using nlohmann::json;
using namespace std::chrono_literals;

TEST_CASE("a duration is text with a unit", "[unit][api]") {
  CHECK(api::duration_member(json::object(), "a") == std::nullopt);
  CHECK(api::duration_member({{"a", "90s"}}, "a") == 90s);
}

TEST_CASE("a size is text with a unit or a number of bytes", "[unit][api]") {
  CHECK(api::size_member(json::object(), "a") == std::nullopt);
  CHECK(api::size_member({{"a", "64KiB"}}, "a") == 65'536U);
  CHECK(api::size_member({{"a", 1000U}}, "a") == 1000U);
}
