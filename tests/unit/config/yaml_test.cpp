#include <muster/core/config/yaml.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <tuple>

#include "catch.hpp"

using namespace muster;
using nlohmann::json;

namespace {

json yaml(const std::string& text) { return config::parse_yaml(text, "t.yaml").value(); }

Error yaml_error(const std::string& text) {
  const auto parsed = config::parse_yaml(text, "t.yaml");
  REQUIRE_FALSE(parsed);
  return parsed.error();
}

}  // namespace

TEST_CASE("scalars have the types of the YAML 1.2 core schema", "[unit][config]") {
  using Row = std::pair<std::string, json>;
  const auto [text, expected] = GENERATE(
      Row{"yes", "yes"}, Row{"no", "no"}, Row{"on", "on"}, Row{"true", true}, Row{"False", false},
      Row{"null", nullptr}, Row{"~", nullptr}, Row{"", nullptr}, Row{"12", 12}, Row{"-7", -7},
      Row{"+7", 7}, Row{"012", 12}, Row{"0x1F", 31}, Row{"0o17", 15}, Row{"1.5", 1.5},
      Row{".5", 0.5}, Row{"1e3", 1000.0}, Row{"+1.5", 1.5}, Row{"-0", 0}, Row{"1:30", "1:30"},
      Row{"1_000", "1_000"}, Row{"1.2.3", "1.2.3"}, Row{"-", json::array({nullptr})},
      Row{"\"12\"", "12"}, Row{"'true'", "true"}, Row{"\"\"", ""}, Row{"'~'", "~"},
      Row{"nullx", "nullx"}, Row{"0x", "0x"}, Row{"1e", "1e"}, Row{".", "."},
      Row{"2026-01-02", "2026-01-02"}, Row{"18446744073709551615", 18446744073709551615ULL},
      Row{"-9223372036854775808", std::numeric_limits<std::int64_t>::min()});
  CAPTURE(text);
  CHECK(yaml(text) == expected);
  CHECK(yaml(text).type_name() == std::string(expected.type_name()));
}

TEST_CASE("lists and maps of both styles become JSON", "[unit][config]") {
  CHECK(yaml("a: [1, two, {x: 3}]\nb:\n  - c: d\n    e: f\n  - g\n1: one\ntext: |\n  line\n") ==
        json::parse(
            R"({"a":[1,"two",{"x":3}],"b":[{"c":"d","e":"f"},"g"],"1":"one","text":"line\n"})"));
  CHECK(yaml("{\"a\": 1}") == json::parse(R"({"a":1})"));
  CHECK(yaml("# nothing but a comment\n") == nullptr);
  CHECK(yaml("\xEF\xBB\xBF---\na: \xC3\xA9\n...\n") == json{{"a", "\xC3\xA9"}});
}

TEST_CASE("mistakes are told with line and column", "[unit][config]") {
  using Row = std::tuple<std::string, std::string, std::string>;
  const auto [text, place, sentence] = GENERATE(
      Row{"a: 1\nb: 2\n  a: 3\n", "t.yaml:3:4: ", ""},
      Row{"a: 1\nb: 2\na: 3\n", "t.yaml:3:1: ", "\"a\" is used twice"},
      Row{"\xC3\xA9: {x: 1, x: 2}\n", "t.yaml:1:11: ", "\"x\" is used twice"},
      Row{"1: a\n\"1\": b\n", "t.yaml:2:1: ", "used twice"}, Row{"a: [1, 2\n", "t.yaml:2:1: ", ""},
      Row{"a: &x 1\nb: *x\n", "t.yaml:2:4: ", "aliases are not allowed"},
      Row{"a: *x\n", "t.yaml:1:4: ", "anchor"},
      Row{"a: !!str 1\n", "t.yaml:1:4: ", "tags are not allowed"},
      Row{"a: !mine {b: 1}\n", "t.yaml:1:4: ", "tags are not allowed"},
      Row{"<<: {a: 1}\n", "t.yaml:1:1: ", "merge keys"},
      Row{"[a]: 1\n", "t.yaml:1:1: ", "a single value"},
      Row{"a: 1\n---\nb: 2\n", "t.yaml:2:1: ", "only one document"},
      Row{"a: 18446744073709551616\n", "t.yaml:1:4: ", "64 bits"},
      Row{"a: 1e999\n", "t.yaml:1:4: ", "out of range"},
      Row{"a: .nan\n", "t.yaml:1:4: ", "not allowed"},
      Row{"a: -.inf\n", "t.yaml:1:4: ", "not allowed"},
      Row{"a: 1\nb: \xFF\n", "t.yaml:2:4: ", "UTF-8"}, Row{"a: \x04 b", "t.yaml:1:4: ", "UTF-8"},
      Row{"\ta: 1", "t.yaml:1:", ""});
  CAPTURE(text);
  const Error error = yaml_error(text);
  CHECK_THAT(error.message, Catch::StartsWith(place) && Catch::Contains(sentence));
  CHECK(error.code == ErrorCode::InvalidArgument);
}

TEST_CASE("a quote that is never closed is told where it opens", "[unit][config]") {
  using Row = std::pair<std::string, std::string>;
  const std::string end = GENERATE("", "\n", "\r\n", "\n\n  \n");
  const auto [text, place] =
      GENERATE(Row{"root: \"/tmp", "1:7"}, Row{"root: '/tmp", "1:7"},
               Row{"muster: 1\nid: \"x\nname: b", "2:5"}, Row{"muster: 1\nid: 'x\nname: b", "2:5"},
               Row{"a: 'it''s", "1:4"}, Row{"a: 'it''", "1:4"}, Row{R"(a: "say \")", "1:4"},
               Row{R"(a: "x\)", "1:4"}, Row{"\xC3\xA9: \"x", "1:4"}, Row{"\"x\": \"y", "1:6"},
               Row{"a: 1\n\"b", "2:1"}, Row{"? \"x", "1:3"}, Row{"- 'a'\n- 'b\n- c", "2:3"},
               Row{"a: &x # \"none\n  \"y", "2:3"}, Row{"a: {b: \"x", "1:8"},
               Row{"a: [\"x, y]", "1:5"}, Row{"\"", "1:1"}, Row{"'", "1:1"});
  CAPTURE(text, end);
  CHECK(yaml_error(text + end).message == "t.yaml:" + place + ": this quote is never closed");
}

TEST_CASE("a bracket that is never closed is told where it opens", "[unit][config]") {
  using Row = std::pair<std::string, std::string>;
  const std::string end = GENERATE("", "\n", "\r\n", "\n\n  \n");
  const auto [text, place] = GENERATE(
      Row{R"({"path":"/x","content":"y")", "1:1: this {"}, Row{"{", "1:1: this {"},
      Row{"\n# x {\n [1, 2", "3:2: this ["}, Row{R"({"a": [1, {"b": "]}"}, "c": 1)", "1:7: this ["},
      Row{R"({"a": {"b": 1})", "1:1: this {"}, Row{"{a: don't, b: 'it''s }'", "1:1: this {"},
      Row{"{a: 1, # }\n b: 2", "1:1: this {"}, Row{R"([{"a": "\"}"})", "1:1: this ["});
  CAPTURE(text, end);
  CHECK(yaml_error(text + end).message == "t.yaml:" + place + " is never closed");
}

TEST_CASE("brackets that are closed stay as they are", "[unit][config]") {
  CHECK(yaml(R"({"a": ["}", 'it''s ['], b: don't})") ==
        json{{"a", {"}", "it's ["}}, {"b", "don't"}});
  const std::string wrong = GENERATE("{a: 1]", "{a: 1}}", "a: 1\nb: {", "[1 2: 3, {]");
  CAPTURE(wrong);
  CHECK_THAT(yaml_error(wrong).message, !Catch::Contains("never closed"));
}

TEST_CASE("an unknown escape is told as text", "[unit][config]") {
  const std::string text = GENERATE("a: \"\\\xC3\xA9\"", "a: \"\\\n\\q\"", "a: \"C:\\Windows\"");
  CAPTURE(text);
  CHECK_THAT(yaml_error(text).message,
             Catch::EndsWith("there is no such escape; write \\\\ for a backslash"));
}

TEST_CASE("quotes that are closed stay as they are", "[unit][config]") {
  CHECK(yaml("a: 'it''s'\nb: \"say \\\"\\\"\"") == json{{"a", "it's"}, {"b", "say \"\""}});
  CHECK(yaml("a: \"x\n  y\"\n") == json{{"a", "x y"}});
  CHECK(yaml("a: &x # \"none\n  'y'") == json{{"a", "y"}});
  CHECK(yaml("a: |\n  \"b\n") == json{{"a", "\"b\n"}});
  CHECK(yaml("a: x\n  \"y\n") == json{{"a", "x \"y"}});
  CHECK(yaml("'a': \"\" # \"b\n") == json{{"a", ""}});
}

TEST_CASE("a line that lacks its colon is told", "[unit][config]") {
  using Row = std::pair<std::string, std::string>;
  const auto [text, place] =
      GENERATE(Row{"muster: 1\nid x\nname: b", "2:1"}, Row{"muster: 1\nid x", "2:1"},
               Row{"id x\nmuster: 1\n", "1:1"}, Row{"a: 1\n\n# b\nid\n", "4:1"},
               Row{"a: 1\nid x\n\n  y\nname z\nb: 1", "2:1"}, Row{"a: 1\n\"b\"\nc: 1", "2:1"},
               Row{"a: 1\nb c # d: 1\n", "2:1"}, Row{"a: 1\n-x", "2:1"},
               Row{"a:\n  b: 1\n  c d\n  e: f\n", "3:3"}, Row{"- id x\n  name: b\n", "1:3"},
               Row{"- - a: 1\n    b\n", "2:5"}, Row{"a: |\n  x\nb c\nd: 1\n", "3:1"});
  CAPTURE(text);
  CHECK(yaml_error(text).message == "t.yaml:" + place + ": a colon is missing after this");
}

TEST_CASE("what may do without a colon or a value still may", "[unit][config]") {
  using Row = std::pair<std::string, std::string>;
  const auto [text, expected] = GENERATE(
      Row{"id:", R"({"id":null})"}, Row{"id: # none\nb: 1", R"({"id":null,"b":1})"},
      Row{"? a\n? b", R"({"a":null,"b":null})"}, Row{"? a\n: b", R"({"a":"b"})"},
      Row{"{a, b: 1}", R"({"a":null,"b":1})"}, Row{"{\"a\"}", R"({"a":null})"},
      Row{"[? a]", R"([{"a":null}])"}, Row{"a b", R"("a b")"}, Row{"\"a\":\n", R"({"a":null})"},
      Row{"a:\n  b\n  c\nd: 1", R"({"a":"b c","d":1})"}, Row{"a:\n- b\n- c", R"({"a":["b","c"]})"});
  CAPTURE(text);
  CHECK(yaml(text) == json::parse(expected));
}

TEST_CASE("a colon too many, or a list among keys, is not told as a colon too few",
          "[unit][config]") {
  const std::string text = GENERATE("a: b: c", "a: some\n more: x", "a: 1\n- b", "a: \"x\" y",
                                    "\"a\n\": b", "a: 1\n[b]\n", "- a: b: c\n");
  CAPTURE(text);
  CHECK_THAT(yaml_error(text).message, !Catch::Contains("missing"));
}

TEST_CASE("a billion laughs are refused at the first alias", "[unit][config]") {
  std::string text = "a: &a [x, x]\n";
  for (char name = 'b'; name <= 'z'; ++name) {
    const std::string before(1, static_cast<char>(name - 1));
    text += std::string(1, name) + ": &" + name + " [*" + before + ", *" + before + "]\n";
  }
  CHECK_THAT(yaml_error(text).message, Catch::StartsWith("t.yaml:2:8: "));
}

TEST_CASE("a text of 1 MiB is read and a larger one is refused", "[unit][config]") {
  std::string text = "a: '" + std::string(config::kMaxYamlBytes - 5, 'x') + "'";
  CHECK(yaml(text)["a"].get<std::string>().size() == config::kMaxYamlBytes - 5);
  text += "\n";
  CHECK(yaml_error(text).code == ErrorCode::ResourceExhausted);
}

TEST_CASE("lists may be nested 32 deep and no deeper, however deep the text goes",
          "[unit][config]") {
  const std::string good =
      std::string(config::kMaxYamlDepth, '[') + std::string(config::kMaxYamlDepth, ']');
  CHECK(yaml(good).is_array());
  const Error error = yaml_error("[" + good + "]");
  CHECK(error.code == ErrorCode::ResourceExhausted);
  CHECK_THAT(error.message, Catch::StartsWith("t.yaml:1:33: "));
  CHECK_FALSE(config::parse_yaml(std::string(100'000, '['), "t.yaml"));
  CHECK_FALSE(config::parse_yaml(std::string(100'000, '{'), "t.yaml"));
}

TEST_CASE("a pointer into a document has a place in its text", "[unit][config]") {
  const std::string text =
      "\xEF\xBB\xBF# \xC3\xA9\na: {x: 1, \"y/z\": [5, [6, 7]]}\nb:\n  - c: d\n  -\n    e: f\n";
  using Row = std::pair<std::string, std::string>;
  const auto [pointer, place] = GENERATE(
      Row{"", "1:1"}, Row{"/a", "2:1"}, Row{"/a/x", "2:5"}, Row{"/a/y~1z", "2:11"},
      Row{"/a/y~1z/0", "2:19"}, Row{"/a/y~1z/1", "2:22"}, Row{"/a/y~1z/1/1", "2:26"},
      Row{"/b", "3:1"}, Row{"/b/0", "4:5"}, Row{"/b/1/e", "6:5"}, Row{"/b/1/missing", "6:5"},
      Row{"/b/9/x/y", "3:1"}, Row{"/missing", "1:1"}, Row{"no pointer", "1:1"});
  CAPTURE(pointer);
  CHECK(config::place_in_yaml(text, pointer) == place);
}

TEST_CASE("random text gives a value or an error, never a crash", "[unit][config]") {
  std::mt19937 random(20260101);
  const std::string alphabet = "ab01:-[]{},&*!|>'\"%@#?~ \t\n\\.\xC3\xA9";
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 60, ' ');
    for (auto& c : text) c = alphabet[random() % alphabet.size()];
    const auto parsed = config::parse_yaml(text, "t.yaml");
    if (!parsed) {
      REQUIRE_THAT(parsed.error().message, Catch::StartsWith("t.yaml:"));
    }
    REQUIRE_FALSE(config::place_in_yaml(text, "/a/0/b").empty());
  }
}
