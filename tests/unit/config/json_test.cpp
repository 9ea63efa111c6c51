#include <muster/core/config/json.hpp>
#include <nlohmann/json.hpp>

#include "catch.hpp"

using muster::config::parse_json;
using nlohmann::json;

namespace {

std::string refusal(std::string_view text) {
  const auto value = parse_json(text);
  REQUIRE_FALSE(value);
  CHECK(value.error().code == muster::ErrorCode::InvalidArgument);
  return value.error().message;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("JSON of every kind is taken", "[unit][config]") {
  CHECK(parse_json(R"({"a": [1, "b", null]})").value() == json{{"a", {1, "b", nullptr}}});
  CHECK(parse_json("7").value() == 7);
  CHECK(parse_json(R"([{"a": 1}, {"a": 2}])").value().size() == 2);
}

TEST_CASE("what is no JSON is refused with its place", "[unit][config]") {
  CHECK(refusal("{x}") == "not JSON at line 1, column 2");
  CHECK(refusal("{\n  \"a\": 1,\n}") == "not JSON at line 3, column 1");
  CHECK(refusal("[1, 2") == "not JSON at line 1, column 6");
  CHECK(refusal("") == "not JSON at line 1, column 1");
  CHECK(refusal("1e999") == "not JSON");
  CHECK(refusal("1 2") == "not JSON at line 1, column 3");
}

TEST_CASE("a member given twice in one object is refused, at any depth", "[unit][config]") {
  CHECK(refusal(R"({"a": 1, "a": 2})") ==
        "not clear: it has the member \"a\" twice; leave out one");
  CHECK(refusal(R"([{"b": {"c": 1, "d": 2, "c": 3}}])").find("\"c\"") != std::string::npos);
}

TEST_CASE("JSON may be nested 64 deep and no deeper", "[unit][config]") {
  CHECK(parse_json(nested(64)));
  CHECK(refusal(nested(65)) == "nested more than 64 deep");
  CHECK(refusal(nested(100'000)) == "nested more than 64 deep");
}
