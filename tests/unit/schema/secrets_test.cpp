// What x-secret marks, and what then stands in its place.
#include <muster/core/schema/schema.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "catch.hpp"
#include "compile.hpp"

using namespace muster;
using nlohmann::json;

namespace {

json concealed(const char* schema, const char* value) {
  json result = json::parse(value);
  const bool any = compile(schema).conceal(result);
  CHECK(any == (result != json::parse(value)));
  return result;
}

}  // namespace

TEST_CASE("a secret has its mark in its place, at any depth, and all else stays",
          "[unit][schema]") {
  const char* schema = R"({"properties": {
      "name": {"type": "string"},
      "password": {"type": "string", "x-secret": true},
      "shown": {"x-secret": false},
      "login": {"properties": {"user": {}, "token": {"$ref": "#/$defs/token"}}},
      "keys": {"type": "array", "items": {"x-secret": true}},
      "users": {"items": {"properties": {"pin": {"x-secret": true}}}},
      "environment": {"additionalProperties": {"x-secret": true}, "properties": {"HOME": {}}},
      "whole": {"x-secret": true, "properties": {"a": {}}}},
    "$defs": {"token": {"x-secret": true}}})";
  CHECK(concealed(schema, R"({"name": "ann", "password": "p", "shown": "s"})") ==
        json::parse(R"({"name": "ann", "password": "***", "shown": "s"})"));
  CHECK(concealed(schema, R"({"login": {"user": "ann", "token": {"a": [1]}}, "keys": ["a", 2]})") ==
        json::parse(R"({"login": {"user": "ann", "token": "***"}, "keys": ["***", "***"]})"));
  CHECK(concealed(schema, R"({"users": [{"pin": 1, "id": 2}, {"id": 3}, 4]})") ==
        json::parse(R"({"users": [{"pin": "***", "id": 2}, {"id": 3}, 4]})"));
  CHECK(concealed(schema, R"({"environment": {"HOME": "/", "A": "b"}, "whole": {"a": 1}})") ==
        json::parse(R"({"environment": {"HOME": "/", "A": "***"}, "whole": "***"})"));
  CHECK(concealed(schema, R"({"password": null})") == json::parse(R"({"password": "***"})"));
  CHECK(concealed(schema, R"({"name": "ann", "other": {"password": "p"}})") ==
        json::parse(R"({"name": "ann", "other": {"password": "p"}})"));
}

TEST_CASE("what any form of a oneOf calls secret is secret", "[unit][schema]") {
  const char* schema = R"({"oneOf": [
      {"required": ["user"], "properties": {"user": {}, "key": {"type": "integer"}}},
      {"required": ["token"], "properties": {"token": {"x-secret": true}, "key": {"x-secret": true}}}]})";
  CHECK(concealed(schema, R"({"user": "ann", "key": 5})") ==
        json::parse(R"({"user": "ann", "key": "***"})"));
}

TEST_CASE("a schema knows whether it has secrets", "[unit][schema]") {
  CHECK(compile(R"({"properties": {"a": {"items": {"x-secret": true}}}})").has_secrets());
  CHECK_FALSE(compile(R"({"properties": {"a": {"x-secret": false}}})").has_secrets());
  CHECK_FALSE(schema::Schema().has_secrets());
}

TEST_CASE("a mark that is neither true nor false is refused", "[unit][schema]") {
  const auto wrong = schema::Schema::compile(json{{"properties", {{"a", {{"x-secret", "yes"}}}}}});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().field == "/properties/a/x-secret");
}

TEST_CASE("what is too much to look through is secret as a whole", "[unit][schema]") {
  // Each form looks at the rest of the list in all of its own forms.
  const char* forms = R"({"properties": {"deep": {"$ref": "#/$defs/d"}, "name": {}},
    "$defs": {"d": {"items": {"oneOf": [{"$ref": "#/$defs/d"}, {"$ref": "#/$defs/d"},
                                        {"properties": {"a": {"x-secret": true}}}]}}}})";
  json deep = "innermost";
  for (int i = 0; i < 30; ++i) deep = json::array({deep});
  json value{{"deep", deep}, {"name", "ann"}};
  CHECK(compile(forms).conceal(value));
  CHECK(value == json{{"deep", "***"}, {"name", "***"}});
}

TEST_CASE("what is nested too deeply is secret as a whole, in a map or not", "[unit][schema]") {
  const auto schema = compile(R"({"items": {"$ref": "#"}, "additionalProperties": {"$ref": "#"},
                                  "properties": {"pin": {"x-secret": true}}})");
  json deep = "innermost";
  for (int i = 0; i < schema::kMaxDepth; ++i) deep = json::array({deep});
  auto most = deep;
  CHECK_FALSE(schema.conceal(most));
  CHECK(most == deep);
  json map{{"deep", deep}, {"name", "ann"}};
  CHECK(schema.conceal(map));
  CHECK(map == json{{"deep", "***"}, {"name", "***"}});
  auto list = json::array({deep});
  CHECK(schema.conceal(list));
  CHECK(list == "***");
}

TEST_CASE("what is wrong with a secret is said without it", "[unit][schema]") {
  const auto schema = compile(R"({"properties": {
      "pin": {"x-secret": true, "type": "integer", "maximum": 9},
      "pins": {"x-secret": true, "items": {"maximum": 9}}, "port": {"maximum": 9}}})");
  CHECK(schema.check({{"pin", 4821}})[0].message == "must be at most 9");
  CHECK(schema.check({{"pins", {4821}}})[0].message == "must be at most 9");
  CHECK(schema.check({{"pin", 1}, {"port", 4821}})[0].message == "must be at most 9, but is 4821");
}
