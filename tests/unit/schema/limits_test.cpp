#include <muster/core/schema/schema.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "catch.hpp"

using namespace muster;
using nlohmann::json;

namespace {

json nested(const json& innermost, int depth) {
  json value = innermost;
  for (int i = 0; i < depth; ++i) value = json::array({value});
  return value;
}

Result<schema::Schema> with_pattern(const std::string& pattern) {
  return schema::Schema::compile(json{{"pattern", pattern}});
}

}  // namespace

TEST_CASE("a pattern with exponential backtracking elsewhere is answered at once",
          "[unit][schema]") {
  const std::string pattern = GENERATE("^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(a*)*b$", "(.*)*x");
  CAPTURE(pattern);
  const std::string text = std::string(4000, 'a') + "!";
  CHECK(with_pattern(pattern).value().check(text).size() == 1);
}

TEST_CASE(
    "a text up to the limit is matched without using up the stack; a longer one is a violation",
    "[unit][schema]") {
  const auto schema = with_pattern("^(x|y)*$").value();
  std::string text(schema::kMaxPatternSubjectBytes, 'x');
  CHECK(schema.check(text).empty());
  text += 'x';
  REQUIRE(schema.check(text).size() == 1);
  CHECK_THAT(schema.check(text)[0].message, Catch::Contains("4096 bytes"));
  CHECK(schema.check(std::string(10'000'000, 'x')).size() == 1);
}

TEST_CASE("a pattern has limits of length and size, and may not look ahead or back",
          "[unit][schema]") {
  CHECK(with_pattern(std::string(schema::kMaxPatternBytes, 'a')));
  CHECK_FALSE(with_pattern(std::string(schema::kMaxPatternBytes + 1, 'a')));
  CHECK(with_pattern("^(a{40}){40}$"));
  const std::string bad =
      GENERATE("(a{50}){50}", "a{3000}", "a{99999999999999999999}", "((((a{9}){9}){9}){9}){9}",
               "(a?){2,2001}", "(a)\\1", "(?=a)b", "(?!a)b", "\xC3\xA9", "[", "*", "a{2,1}");
  CAPTURE(bad);
  CHECK_FALSE(with_pattern(bad));
}

TEST_CASE("the largest pattern on the longest text stays within the stack", "[unit][schema]") {
  const auto schema = with_pattern("^(a?){600}$").value();
  CHECK(schema.check(std::string(600, 'a')).empty());
  CHECK(schema.check(std::string(601, 'a')).size() == 1);
}

TEST_CASE("a value nested deeper than a schema looks is refused", "[unit][schema]") {
  const auto lists = schema::Schema::compile(json::parse(R"({"items":{"$ref":"#"}})")).value();
  CHECK(lists.check(nested(json::array(), schema::kMaxDepth)).empty());
  REQUIRE(lists.check(nested(json::array(), schema::kMaxDepth + 1)).size() == 1);
  CHECK(lists.check(nested(json::array(), schema::kMaxDepth + 1))[0].message ==
        "is nested too deeply");
}

TEST_CASE("a schema nested deeper than the limit is refused", "[unit][schema]") {
  json schema = true;
  for (int i = 0; i < schema::kMaxDepth; ++i) schema = json{{"items", schema}};
  CHECK(schema::Schema::compile(schema));
  schema = json{{"items", schema}};
  CHECK(schema::Schema::compile(schema).error().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("a long chain of references is refused", "[unit][schema]") {
  json schema{{"properties", {{"p1000", true}}}};
  for (int i = 1001; i < 1200; ++i) {
    schema["properties"]["p" + std::to_string(i)] = {
        {"$ref", "#/properties/p" + std::to_string(i - 1)}};
  }
  const auto compiled = schema::Schema::compile(schema);
  REQUIRE_FALSE(compiled);
  CHECK_THAT(compiled.error().message, Catch::Contains("too many references"));
}

TEST_CASE("a schema has at most so many parts", "[unit][schema]") {
  json parts = json::object();
  for (std::size_t i = 0; i + 1 < schema::kMaxSchemaNodes; ++i)
    parts["p" + std::to_string(i)] = true;
  CHECK(schema::Schema::compile(json{{"properties", parts}}));
  parts["more"] = true;
  CHECK(schema::Schema::compile(json{{"properties", parts}}).error().code ==
        ErrorCode::ResourceExhausted);
}

TEST_CASE("not more violations are listed than the limit", "[unit][schema]") {
  const auto schema =
      schema::Schema::compile(json::parse(R"({"items":{"type":"string"}})")).value();
  CHECK(schema.check(json(std::vector<int>(schema::kMaxViolations + 50, 1))).size() ==
        schema::kMaxViolations);
}

TEST_CASE("alternatives within alternatives cannot take for ever", "[unit][schema]") {
  const auto schema =
      schema::Schema::compile(
          json::parse(
              R"({"oneOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"},"minItems":1},{"type":"integer"}]})"))
          .value();
  const auto violations = schema.check(nested(5, 40));
  REQUIRE(violations.size() == 1);
  CHECK_THAT(violations[0].message, Catch::Contains("more steps"));
}
