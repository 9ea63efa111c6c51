#include <muster/core/schema/schema.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "catch.hpp"
#include "compile.hpp"

using namespace muster;
using nlohmann::json;

namespace {

json filled(const char* schema, const char* value) {
  json result = json::parse(value);
  compile(schema).fill_defaults(result);
  return result;
}

}  // namespace

TEST_CASE("a schema of anything accepts everything", "[unit][schema]") {
  CHECK(schema::Schema().check(json{{"a", {1, nullptr}}}).empty());
  CHECK(schema::Schema().source() == true);
}

TEST_CASE("defaults fill what is absent, at any depth, and leave what is there", "[unit][schema]") {
  const char* schema =
      R"({"properties":{"a":{"default":1},"b":{"default":{},"properties":{"c":{"default":"x"}}},
      "d":{"properties":{"e":{"default":2}}},"list":{"items":{"properties":{"f":{"default":3}}}},
      "g":{"$ref":"#/$defs/g"},"more":{"additionalProperties":{"properties":{"h":{"default":4}}}}},
      "$defs":{"g":{"default":[5]}}})";
  CHECK(filled(schema, "{}") == json::parse(R"({"a":1,"b":{"c":"x"},"g":[5]})"));
  CHECK(
      filled(schema,
             R"({"a":null,"b":{"c":"y"},"d":{},"list":[{},{"f":0}],"g":0,"more":{"z":{}}})") ==
      json::parse(
          R"({"a":null,"b":{"c":"y"},"d":{"e":2},"list":[{"f":3},{"f":0}],"g":0,"more":{"z":{"h":4}}})"));
  CHECK(filled(schema, "5") == 5);
}

TEST_CASE("defaults that call for defaults without end are refused", "[unit][schema]") {
  const auto endless = schema::Schema::compile(json::parse(
      R"({"properties":{"a":{"$ref":"#","default":{}},"b":{"$ref":"#","default":{}}}})"));
  REQUIRE_FALSE(endless);
  CHECK_THAT(endless.error().message, Catch::Contains("nested too deeply"));
}

TEST_CASE("references lead into the root that was given", "[unit][schema]") {
  const json root = json::parse(R"({"schemas":{"port":{"type":"integer"},"broken":{"tpye":"x"}}})");
  const auto schema =
      schema::Schema::compile(json{{"items", {{"$ref", "#/schemas/port"}}}}, root).value();
  CHECK(schema.check({1, 2}).empty());
  CHECK(schema.check({1, "x"}).front().pointer == "/1");
  CHECK(schema.follow(schema.source()["items"]) == json{{"type", "integer"}});
  const auto broken = schema::Schema::compile(json{{"$ref", "#/schemas/broken"}}, root);
  CHECK(broken.error().field == "/schemas/broken/tpye");
}

TEST_CASE("a part of a document is a schema, and errors lead from the document's root",
          "[unit][schema]") {
  const auto root = std::make_shared<const json>(
      json::parse(R"({"x":{"good":{"type":"null"},"bad":{"items":{"type":"nil"}}}})"));
  CHECK(schema::Schema::compile_at(root, "/x/good").value().check(5).size() == 1);
  CHECK(schema::Schema::compile_at(root, "/x/bad").error().field == "/x/bad/items/type");
  CHECK(schema::Schema::compile_at(root, "/x/none").error().field == "/x/none");
}

TEST_CASE("a closed schema refuses undeclared properties at the top, unless it says otherwise",
          "[unit][schema]") {
  const char* open = R"({"properties":{"a":{"properties":{"b":{}}}}})";
  CHECK(compile(open).check({{"z", 1}}).empty());
  CHECK(compile(open).closed().check({{"z", 1}}).front().pointer == "/z");
  CHECK(compile(open).closed().check({{"a", {{"z", 1}}}}).empty());
  CHECK(compile(R"({"additionalProperties":true})").closed().check({{"z", 1}}).empty());
  const char* referred = R"({"$ref":"#/$defs/a","$defs":{"a":{"properties":{"b":{"default":1}}}}})";
  CHECK(compile(referred).closed().check({{"z", 1}}).size() == 1);
  CHECK(compile(referred).closed().check({{"b", 1}}).empty());
}

TEST_CASE("require_valid tells the first violation and counts the others", "[unit][schema]") {
  const auto schema = compile(R"({"required":["a","b"]})");
  CHECK(schema::require_valid(schema, {{"a", 1}, {"b", 2}}, "x"));
  const auto status = schema::require_valid(schema, json::object(), "the arguments of system.exec");
  CHECK(status.error().field == "/a");
  CHECK(status.error().message ==
        "the arguments of system.exec cannot be used: /a is required, but missing (and 1 more)");
}
