#include "command.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace muster;
using namespace muster::plugin::script;
using nlohmann::json;

namespace {

const json kManifest = json::parse(R"({
  "config": {"type": "object", "properties": {"limit": {"type": "integer", "default": 5}, "maybe": {}}},
  "schemas": {"args": {"type": "object", "required": ["need"], "properties": {
    "need": {"type": "string"}, "opt": {"type": "string"}, "def": {"$ref": "#/schemas/number"},
    "list": {"type": "array"}, "list2": {"type": "array"}}},
    "number": {"type": "number", "default": 1}}})");
const json kArguments = json::parse(R"({"$ref": "#/schemas/args"})");

sdk::Result<Command> parse(const json& run) {
  return Command::parse(run, kManifest, kArguments, "/run");
}

std::vector<std::string> words(const json& run, const json& arguments,
                               const json& config = {{"limit", 5}}) {
  const auto command = parse(run);
  REQUIRE(command);
  const auto made = command->words(arguments, config);
  if (!made) return {"error", made.error().message, made.error().field};
  return *made;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a value stays inside its word, whatever it is", "[unit][script]") {
  CHECK(words({"./x", "-w", "{{need}}", 7, "a{{ need }}b{{config.limit}}"},
              {{"need", "a b; $(rm) 'q' {{need}}"}}) ==
        Words{"-w", "a b; $(rm) 'q' {{need}}", "7", "aa b; $(rm) 'q' {{need}}b5"});
  CHECK(words({"./x", "{{def}}"}, {{"def", 5.0}}) == Words{"5"});
  CHECK(words({"./x", "{{def}}"}, {{"def", -1.5}}) == Words{"-1.5"});
  CHECK(words({"./x", "{{def}}"}, {{"def", true}}) == Words{"true"});
  CHECK(words({"./x", ""}, json::object()) == Words{""});
}

TEST_CASE("a list in the list goes when a value is missing, and comes once for each item",
          "[unit][script]") {
  const json run{"./x", {"-o", "{{opt}}"}, {"-l", "={{list}}", "{{config.limit}}"}};
  CHECK(words(run, json::object()).empty());
  CHECK(words(run, {{"opt", nullptr}, {"list", json::array()}}).empty());
  CHECK(words(run, {{"opt", "o"}, {"list", {"a", 2}}}) ==
        Words{"-o", "o", "-l", "=a", "5", "-l", "=2", "5"});
}

TEST_CASE("a value that a program would misread is refused, with the argument at fault",
          "[unit][script]") {
  const json run{"./x", "{{need}}"};
  CHECK(words(run, {{"need", "-rf"}}) ==
        Words{"error",
              "the argument need begins with -, which the program would take for an option",
              "/need"});
  CHECK(words({"./x", "--need={{need}}"}, {{"need", "-rf"}}) == Words{"--need=-rf"});
  CHECK(words(run, {{"need", std::string("a\0b", 3)}})[1] == "the argument need has a NUL in it");
  CHECK(words(run, {{"need", json::object()}})[1] == "the argument need is no text and no number");
  CHECK(words(run, json::object())[1] == "the argument need is missing");
}

TEST_CASE("words have a limit in size, number and sum", "[unit][script]") {
  const json run{"./x", "{{need}}", {"{{list}}"}};
  CHECK(words(run, {{"need", std::string(kMaxWordBytes, 'x')}}).size() == 1);
  CHECK(words(run, {{"need", std::string(kMaxWordBytes + 1, 'x')}})[0] == "error");
  const auto many = [](std::size_t count, std::size_t bytes) {
    return json{{"need", "x"}, {"list", std::vector<std::string>(count, std::string(bytes, 'x'))}};
  };
  CHECK(words(run, many(kMaxWords - 1, 1)).size() == kMaxWords);
  CHECK(words(run, many(kMaxWords, 1))[0] == "error");
  CHECK(words(run, many(3, kMaxWordBytes)).size() == 4);
  CHECK(words(run, many(4, kMaxWordBytes))[0] == "error");
}

TEST_CASE("what never works is refused at once, with the word at fault", "[unit][script]") {
  using Row = std::tuple<json, std::string, std::string>;
  const auto [run, field, why] = GENERATE(
      Row{json::array(), "/run", "begins with no program"},
      Row{{5}, "/run", "begins with no program"},
      Row{{"x"}, "/run/0", "nothing is looked up in PATH"},
      Row{{"./{{need}}"}, "/run/0", "cannot be a value"},
      Row{{"./x", "{{need"}, "/run/1", "never closed"},
      Row{{"./x", "a", "{{ }}"}, "/run/2", "names no value"},
      Row{{"./x", "{{config.a.b}}"}, "/run/1", "names no value"},
      Row{{"./x", "{{who}}"}, "/run/1", "not among the properties of the arguments"},
      Row{{"./x", "{{config.who}}"}, "/run/1", "not among the properties of the configuration"},
      Row{{"./x", "{{opt}}"}, "/run/1", "may be left out"},
      Row{{"./x", "{{config.maybe}}"}, "/run/1", "may be left out"},
      Row{{"./x", "{{list}}"}, "/run/1", "may be many"},
      Row{{"./x", {"-a", "{{who}}"}}, "/run/1/1", "not among"},
      Row{{"./x", {"{{list}}", "{{list2}}"}}, "/run/1", "two values that are lists"});
  CAPTURE(run.dump());
  const auto command = parse(run);
  REQUIRE_FALSE(command);
  CHECK(command.error().field == field);
  CHECK_THAT(command.error().message, Catch::Contains(why));
}
