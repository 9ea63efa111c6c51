#include "api/members.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace muster::controller;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

/// The field that an error names, or "no error".
template <class T>
std::string field_of(const muster::Result<T>& result) {
  if (result) return "no error";
  CHECK(result.error().code == muster::ErrorCode::InvalidArgument);
  CHECK(!result.error().message.empty());
  return result.error().field;
}

}  // namespace

TEST_CASE("a text member is text and is not empty", "[unit][api]") {
  CHECK(api::text_member({{"a", "x"}}, "a").value() == "x");
  for (const auto& body : {json::object(), json{{"a", ""}}, json{{"a", nullptr}}, json{{"a", 1}},
                           json{{"a", json::array()}}}) {
    INFO(body);
    CHECK(field_of(api::text_member(body, "a")) == "/a");
  }
}

TEST_CASE("an optional text may be missing or null but not of another type", "[unit][api]") {
  CHECK(api::optional_text(json::object(), "a").value() == std::nullopt);
  CHECK(api::optional_text({{"a", nullptr}}, "a").value() == std::nullopt);
  CHECK(api::optional_text({{"a", ""}}, "a").value() == "");
  CHECK(field_of(api::optional_text({{"a", true}}, "a")) == "/a");
}

TEST_CASE("a switch is true or false and nothing like them", "[unit][api]") {
  CHECK(api::bool_member(json::object(), "a", true).value());
  CHECK_FALSE(api::bool_member({{"a", false}}, "a", true).value());
  for (const auto& value : {json("true"), json(1), json(nullptr)}) {
    CHECK(field_of(api::bool_member({{"a", value}}, "a", true)) == "/a");
  }
}

TEST_CASE("a count stays between 1 and its limit", "[unit][api]") {
  CHECK(api::count_member(json::object(), "a", 7, 10).value() == 7);
  CHECK(api::count_member({{"a", 1U}}, "a", 7, 10).value() == 1);
  CHECK(api::count_member({{"a", 10U}}, "a", 7, 10).value() == 10);
  for (const auto& value : {json(0U), json(11U), json(-1), json(1.5), json("3"), json(nullptr)}) {
    INFO(value);
    CHECK(field_of(api::count_member({{"a", value}}, "a", 7, 10)) == "/a");
  }
}

TEST_CASE("a count in a query is digits alone", "[unit][api]") {
  CHECK(api::count_parameter("", "limit", 50, 500).value() == 50);
  CHECK(api::count_parameter("500", "limit", 50, 500).value() == 500);
  for (const auto* text :
       {"0", "501", "-1", "+1", " 1", "1 ", "1e2", "ten", "0x10", "99999999999999999999999"}) {
    INFO(text);
    CHECK(field_of(api::count_parameter(text, "limit", 50, 500)) == "/limit");
  }
}

TEST_CASE("a duration is text with a unit", "[unit][api]") {
  CHECK(api::duration_member(json::object(), "a").value() == std::nullopt);
  CHECK(api::duration_member({{"a", "90s"}}, "a").value() == 90s);
  for (const auto& value : {json("90"), json("soon"), json("-1s"), json(90), json("")}) {
    INFO(value);
    CHECK(field_of(api::duration_member({{"a", value}}, "a")) == "/a");
  }
}

TEST_CASE("a size is text with a unit or a number of bytes", "[unit][api]") {
  CHECK(api::size_member(json::object(), "a").value() == std::nullopt);
  CHECK(api::size_member({{"a", "64KiB"}}, "a").value() == 65'536U);
  CHECK(api::size_member({{"a", 1000U}}, "a").value() == 1000U);
  for (const auto& value : {json("lots"), json(-1), json(1.5), json(true)}) {
    INFO(value);
    CHECK(field_of(api::size_member({{"a", value}}, "a")) == "/a");
  }
}
