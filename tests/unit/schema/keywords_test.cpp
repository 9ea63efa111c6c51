#include <muster/core/schema/schema.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "catch.hpp"

using namespace muster;
using nlohmann::json;

namespace {

struct Case {
  const char* schema;
  const char* valid;    ///< a list of values
  const char* invalid;  ///< likewise
};

}  // namespace

TEST_CASE("each keyword accepts and refuses what it should", "[unit][schema]") {
  const Case row = GENERATE(
      Case{R"({"type":"integer"})",
           R"([0, -5, 2.0, 9223372036854775807, -9223372036854775808, -9223372036854775808.0])",
           R"([1.5, "1", null, true, [], {}, 9223372036854775808, 18446744073709551615, 1e99,
           9223372036854775808.0, -1e19])"},
      Case{R"({"type":["null","string"]})", R"([null, ""])", R"([0, false])"},
      Case{R"({"type":"number"})", R"([1, 1.5, 1e99, 18446744073709551615])", R"(["1"])"},
      Case{R"({"type":"boolean"})", R"([true])", R"([0, "true"])"},
      Case{R"({"enum":["a",1,null,{"x":[1]}]})", R"(["a", 1, 1.0, null, {"x":[1]}])",
           R"(["b", "1", false, {"x":[]}])"},
      Case{R"({"const":{"a":1}})", R"([{"a":1}])", R"([{}, 1, {"a":1,"b":2}])"},
      Case{R"({"properties":{"a":{"type":"string"}}})", R"([{}, {"a":"x"}, {"b":1}, 5])",
           R"([{"a":1}])"},
      Case{R"({"required":["a","b"]})", R"([{"a":1,"b":null}, "text"])", R"([{}, {"a":1}])"},
      Case{R"({"properties":{"a":{}},"additionalProperties":false})", R"([{}, {"a":1}])",
           R"([{"b":1}])"},
      Case{R"({"additionalProperties":{"type":"integer"}})", R"([{"a":1}])", R"([{"a":"x"}])"},
      Case{R"({"items":{"type":"integer"}})", R"([[], [1,2], "x"])", R"([["a"], [1,"b"]])"},
      Case{R"({"minimum":2})", R"([2, 2.5, "x", 18446744073709551615])", R"([1.9, -3])"},
      Case{R"({"maximum":9223372036854775807})", R"([9223372036854775807])",
           R"([9223372036854775808])"},
      Case{R"({"exclusiveMinimum":0,"exclusiveMaximum":1})", R"([0.5])", R"([0, 1, -1, 2])"},
      Case{R"({"minLength":2,"maxLength":3})", R"(["ab", "äöü", 5])", R"(["a", "ä", "abcd"])"},
      Case{R"({"minItems":1,"maxItems":2})", R"([[1], [1,2]])", R"([[], [1,2,3]])"},
      Case{R"({"pattern":"^[a-z]{2,3}(x|y)?$"})", R"(["ab", "abcx", 7])",
           R"(["a", "abcde", "ABC", ""])"},
      Case{R"({"pattern":"b+"})", R"(["abc", "b\nc", "a\nb"])", R"(["", "ac"])"},
      Case{R"({"oneOf":[{"type":"string"},{"type":"integer","minimum":3}]})", R"(["x", 3])",
           R"([2, null])"},
      Case{R"({"oneOf":[{"minimum":1},{"maximum":3}]})", R"([0, 4])", R"([2, "both"])"},
      Case{R"({"format":"duration"})", R"(["60s", "100ms", 5])", R"(["60", "1.5s", ""])"},
      Case{R"({"format":"bytes"})", R"(["64KiB", "10", 5])", R"(["64 KiB", "x"])"},
      Case{
          R"({"format":"uri"})",
          R"(["https://a.example/x?y=1#z", "urn:a:b", "unix:/run/x%20y", "http://[::1]:80/"])",
          R"(["a.example", "/x", "http:", "http://", "http://a b", "1a:b", ":x", "http://a/%zz", "http://ä/"])"},
      Case{R"({"format":"secret-ref"})", R"(["file:/etc/x", "env:TOKEN", "systemd:token"])",
           R"(["hunter2", "file:", ":x", "File:/x", "a:b"])"},
      Case{
          R"({"$defs":{"a/b":{"$ref":"#/$defs/c%20d"},"c d":{"type":"null"}},"$ref":"#/$defs/a~1b"})",
          R"([null])", R"([1])"},
      Case{
          R"({"$defs":{"a":{"type":"array"}},"properties":{"x":{"$ref":"#/$defs/a","maxItems":1}}})",
          R"([{"x":[1]}])", R"([{"x":[1,2]}, {"x":1}])"},
      Case{R"({"properties":{"next":{"$ref":"#"}},"additionalProperties":false})",
           R"([{"next":{"next":{}}}])", R"([{"next":{"nxt":{}}}])"},
      Case{"true", "[1, null]", "[]"}, Case{"false", "[]", "[1, null, {}]"});
  CAPTURE(row.schema);
  const auto schema = schema::Schema::compile(json::parse(row.schema)).value();
  for (const auto& value : json::parse(row.valid)) {
    CAPTURE(value.dump());
    CHECK(schema.check(value).empty());
  }
  for (const auto& value : json::parse(row.invalid)) {
    CAPTURE(value.dump());
    CHECK_FALSE(schema.check(value).empty());
  }
}

TEST_CASE("a violation names the place and reads as a sentence", "[unit][schema]") {
  using Row = std::tuple<const char*, const char*, const char*, const char*>;
  const auto [text, value, pointer, message] = GENERATE(
      Row{R"({"type":"integer"})", R"("5")", "", "must be an integer, but is a string"},
      Row{R"({"type":["integer","null"]})", "[]", "", "must be null or an integer, but is a list"},
      Row{R"({"properties":{"a":{"type":"integer"}}})", R"({"a":1e99})", "/a",
          "must be an integer, but is an integer beyond 64 bits with a sign"},
      Row{R"({"properties":{"a":{"items":{"minimum":1}}}})", R"({"a":[1,0]})", "/a/1",
          "must be at least 1, but is 0"},
      Row{R"({"required":["a/b"]})", "{}", "/a~1b", "is required, but missing"},
      Row{R"({"properties":{"timeout":{}},"additionalProperties":false})", R"({"tiemout":1})",
          "/tiemout", "is not a known property; did you mean \"timeout\"?"},
      Row{R"({"properties":{"timeout":{}},"additionalProperties":false})", R"({"colour":1})",
          "/colour", "is not a known property"},
      Row{R"({"enum":["text","records","none"]})", R"("record")", "",
          "must be \"text\", \"records\" or \"none\"; did you mean \"records\"?"},
      Row{R"({"minLength":1})", R"("")", "", "must have at least 1 character, but has 0"},
      Row{R"({"maxItems":2})", "[1,2,3]", "", "must have at most 2 items, but has 3"},
      Row{R"({"pattern":"^a$"})", R"("b")", "", "must match the pattern ^a$"},
      Row{R"({"pattern":"^a$","description":"An a."})", R"("b")", "",
          "must match the pattern ^a$ (An a.)"},
      Row{R"({"pattern":"^/","x-pattern":"an absolute path","description":"Where."})", R"("b")", "",
          "must be an absolute path, but is \"b\""},
      Row{R"({"const":1})", "2", "", "must be 1"}, Row{"false", "1", "", "is not allowed"},
      Row{R"({"exclusiveMaximum":1.5})", "2", "", "must be less than 1.5, but is 2"},
      Row{R"({"oneOf":[{"type":"integer"},{"type":"string"}]})", "null", "",
          "has none of the 2 allowed forms"},
      Row{R"({"oneOf":[true,{}]})", "null", "",
          "must have exactly one of the 2 allowed forms, but has 2"},
      Row{R"({"oneOf":[{"type":"string"},{"properties":{"a":{"type":"string"}},"type":"object"}]})",
          R"({"a":1})", "/a", "must be a string, but is an integer"});
  CAPTURE(text);
  const auto violations =
      schema::Schema::compile(json::parse(text)).value().check(json::parse(value));
  REQUIRE(violations.size() == 1);
  CHECK(violations[0].pointer == pointer);
  CHECK(violations[0].message == message);
}

TEST_CASE("a long text that breaks a pattern is told as far as a whole character",
          "[unit][schema]") {
  const auto schema =
      schema::Schema::compile(json{{"pattern", "^/"}, {"x-pattern", "a path"}}).value();
  std::string text = "xx";
  for (int i = 0; i < 40; ++i) text += "ж";
  const auto violations = schema.check(text);
  REQUIRE(violations.size() == 1);
  CHECK(violations[0].message == "must be a path, but is \"" + text.substr(0, 58) + "...");
}

TEST_CASE("what a pattern means is said in a few words", "[unit][schema]") {
  for (const auto& words : {json(1), json(""), json(std::string(201, 'x'))}) {
    const auto schema = schema::Schema::compile(json{{"pattern", "^/"}, {"x-pattern", words}});
    REQUIRE_FALSE(schema);
    CHECK(schema.error().field == "/x-pattern");
  }
}

TEST_CASE("a secret that breaks a pattern is not repeated, wherever the pattern stands",
          "[unit][schema]") {
  const auto document =
      json::parse(R"({"x-secret": true, "properties": {"token": {"$ref": "#/$defs/token"}},
      "$defs": {"token": {"pattern": "^[a-z]*$", "x-pattern": "small letters"}}})");
  const auto violations = schema::Schema::compile(document).value().check({{"token", "hunter2"}});
  REQUIRE(violations.size() == 1);
  CHECK(violations[0].message == "must be small letters");
}

TEST_CASE("a text that should have been a reference to a secret is not repeated",
          "[unit][schema]") {
  const auto schema =
      schema::Schema::compile(
          json{{"format", "secret-ref"}, {"pattern", "^file:"}, {"enum", {"env:A"}}})
          .value();
  for (const auto& violation : schema.check("hunter2"))
    CHECK_THAT(violation.message, !Catch::Contains("hunter2"));
}

TEST_CASE("a schema that cannot be right is refused at its place", "[unit][schema]") {
  using Row = std::pair<const char*, const char*>;
  const auto [text, pointer] = GENERATE(
      Row{R"({"properties":{"a":{"maxProperties":1}}})", "/properties/a/maxProperties"},
      Row{R"({"typ":"string"})", "/typ"}, Row{R"({"type":"text"})", "/type"},
      Row{R"({"type":[]})", "/type"}, Row{R"({"enum":"a"})", "/enum"},
      Row{R"({"enum":[]})", "/enum"}, Row{R"({"properties":[]})", "/properties"},
      Row{R"({"properties":{"a":5}})", "/properties/a"}, Row{R"({"required":"a"})", "/required"},
      Row{R"({"required":[1]})", "/required"}, Row{R"({"items":[{}]})", "/items"},
      Row{R"({"minimum":"1"})", "/minimum"}, Row{R"({"minLength":-1})", "/minLength"},
      Row{R"({"maxItems":1.5})", "/maxItems"}, Row{R"({"oneOf":[]})", "/oneOf"},
      Row{R"({"pattern":"("})", "/pattern"}, Row{R"({"pattern":"a)(b"})", "/pattern"},
      Row{R"({"pattern":5})", "/pattern"}, Row{R"({"format":"email"})", "/format"},
      Row{R"({"$ref":"#/nowhere"})", "/$ref"}, Row{R"({"$ref":"http://example.org/x"})", "/$ref"},
      Row{R"({"$ref":"#name"})", "/$ref"}, Row{R"({"$ref":"#"})", ""},
      Row{R"({"oneOf":[{"$ref":"#"},{}]})", "/oneOf/0"},
      Row{R"({"type":"integer","default":"5"})", "/default"},
      Row{R"({"properties":{"a":{"items":{"minimum":3},"default":[3,2]}}})",
          "/properties/a/default/1"},
      Row{"5", ""}, Row{"[]", ""});
  CAPTURE(text);
  const auto compiled = schema::Schema::compile(json::parse(text));
  REQUIRE_FALSE(compiled);
  CHECK(compiled.error().code == ErrorCode::InvalidArgument);
  CHECK(compiled.error().field == pointer);
}

TEST_CASE("annotations are allowed and a misspelt keyword gets a hint", "[unit][schema]") {
  CHECK(schema::Schema::compile(json::parse(
      R"({"title":"t","description":"d","doc":"d","examples":[1],"$comment":"c","contentEncoding":"base64","x-reload":"hot","x-secret":true})")));
  const auto compiled = schema::Schema::compile(json{{"maxLenght", 1}});
  CHECK_THAT(compiled.error().message, Catch::Contains("did you mean \"maxLength\"?"));
}
