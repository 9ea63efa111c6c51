#include "api/exchange.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace muster;
using controller::api::Exchange;

namespace {

/// The members of a body as a route that knows "a" and "b" reads them.
Result<nlohmann::json> read(const std::string& body) {
  http::Request request;
  request.body = body;
  return Exchange(std::move(request), nullptr, {}).body({"a", "b"});
}

std::string nested(std::size_t depth) {
  return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

}  // namespace

TEST_CASE("a body is a JSON object, and an empty one has no members", "[unit][api]") {
  CHECK(read("").value() == nlohmann::json::object());
  CHECK(read(R"({"a": 1})").value().at("a") == 1);
  for (const auto* body :
       {"[]", "1", "null", "\"a\"", "{", "{\"a\":}", "{\"a\":1}x", "{\"a\":\"\xff\"}"}) {
    INFO(body);
    const auto refused = read(body);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::InvalidArgument);
  }
}

TEST_CASE("a member that the route does not know is refused by name", "[unit][api]") {
  const auto refused = read(R"({"a": 1, "selectr": "all"})");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "/selectr");
  CHECK_THAT(refused.error().message, Catch::Contains("selectr"));
}

TEST_CASE("a member that is given twice is refused, at any depth", "[unit][api]") {
  for (const auto* body : {R"({"a": 1, "a": 2})", R"({"b": 1, "a": {"c": 1, "c": 2}})",
                           R"({"b": [{"a": 1, "a": 1}]})"}) {
    INFO(body);
    const auto refused = read(body);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("twice; leave out one"));
  }
  CHECK(read(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]})"));
}

TEST_CASE("a body that is nested too deeply is refused, however deep it is", "[unit][api]") {
  CHECK(read(nested(60)));
  for (const std::size_t depth : {std::size_t{70}, std::size_t{900'000}}) {
    const auto refused = read(nested(depth));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::InvalidArgument);
  }
}
