#include "cli/operation_arguments.hpp"

#include <muster/core/base/files.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::cli;
using nlohmann::json;

namespace {

Operation operation() {
  const auto manifest = json::parse(R"({"operations": {"t.op": {"arguments": {"type": "object",
    "properties": {"count": {"type": "integer"}, "ratio": {"type": "number"},
      "force": {"type": "boolean"}, "name": {"type": "string"},
      "either": {"type": ["integer", "string"]}, "map": {"type": "object"},
      "content": {"type": "string"},
      "content_base64": {"type": "string", "contentEncoding": "base64"},
      "names": {"type": "array", "items": {"type": "string"}},
      "ports": {"type": "array", "items": {"type": "integer"}},
      "size": {"$ref": "#/schemas/size"}}}}},
    "schemas": {"size": {"type": "integer"}}})");
  return operation_in(manifest, "t.op");
}

json given(const std::vector<std::string>& words) {
  const auto known = operation();
  const auto arguments = operation_arguments(words, &known);
  INFO((arguments ? "" : arguments.error().message));
  REQUIRE(arguments);
  return *arguments;
}

std::string wrong(const std::vector<std::string>& words) {
  const auto known = operation();
  const auto arguments = operation_arguments(words, &known);
  REQUIRE_FALSE(arguments);
  CHECK(arguments.error().exit == Exit::Usage);
  return arguments.error().message;
}

}  // namespace

TEST_CASE("text becomes what the operation declares", "[unit][cli]") {
  CHECK(given({"count=7", "ratio=0.5", "force=true", "name=7", "size=9"}) ==
        json{{"count", 7}, {"ratio", 0.5}, {"force", true}, {"name", "7"}, {"size", 9}});
  CHECK(given({"either=7"}) == json{{"either", 7}});
  CHECK(given({"either=x"}) == json{{"either", "x"}});
  CHECK(given({"names=a", "names=b=c", "ports=80", "ports=443"}) ==
        json{{"names", {"a", "b=c"}}, {"ports", {80, 443}}});
  CHECK(given({"unknown=7"}) == json{{"unknown", "7"}});
  CHECK(given({"name="}) == json{{"name", ""}});
  CHECK(given({"map:={\"a\": 1}", "names:=[]"}) ==
        json{{"map", {{"a", 1}}}, {"names", json::array()}});
  CHECK(*operation_arguments({"count=7"}, nullptr) == json{{"count", "7"}});
}

TEST_CASE("text that is not of the declared type is refused in its words", "[unit][cli]") {
  CHECK(wrong({"count=1.5"}) == "count is a whole number, not '1.5'");
  CHECK(wrong({"ratio=much"}) == "ratio is a number, not 'much'");
  CHECK(wrong({"force=yes"}) == "force is true or false, not 'yes'");
  CHECK(wrong({"map=x"}).find("map:='{...}'") != std::string::npos);
  CHECK(wrong({"ports=http"}) == "ports is a whole number, not 'http'");
  CHECK(wrong({"count=1", "count=2"}) == "argument 'count' is given twice");
  CHECK(wrong({"names:=1", "names=a"}) == "argument 'names' is given twice");
  CHECK(wrong({"count"}).find("NAME=TEXT") != std::string::npos);
  CHECK(wrong({"=1"}).find("NAME=TEXT") != std::string::npos);
  CHECK(wrong({"map:={"}).find("map:=") != std::string::npos);
}

TEST_CASE("nothing that was given to an operation with secrets is repeated", "[unit][cli]") {
  auto known = operation_in(json::parse(R"({"operations": {"t.op": {"arguments": {"type": "object",
    "properties": {"pin": {"type": "integer", "x-secret": true}, "on": {"type": "boolean"},
      "pins": {"type": "array", "x-secret": true, "items": {"type": "integer"}}}}}}})"),
                            "t.op");
  const auto said = [&](const std::string& word) {
    const auto arguments = operation_arguments({word}, &known);
    REQUIRE_FALSE(arguments);
    CHECK(arguments.error().message.find("hunter2") == std::string::npos);
    return arguments.error().message;
  };
  CHECK(said("pin=hunter2") == "pin is a whole number, not what was given");
  CHECK(said("pins=hunter2") == "pins is a whole number, not what was given");
  CHECK(said("on=hunter2") == "on is true or false, not what was given");
  CHECK(said("hunter2") == "an argument is NAME=TEXT, NAME:=JSON or @FILE, not what was given");
  CHECK(said("pin:=hunter2") == "what follows pin:= is not JSON at line 1, column 1");
}

TEST_CASE("nothing is repeated that was given to an operation of which nothing is known",
          "[unit][cli]") {
  const auto broken = operation_in(
      json::parse(R"({"operations": {"t.op": {"arguments": {"maxLenght": 1}}}})"), "t.op");
  for (const auto* known : {static_cast<const Operation*>(nullptr), &broken}) {
    for (const std::string word : {"hunter2", "pin:=hunter2"}) {
      const auto arguments = operation_arguments({word}, known);
      REQUIRE_FALSE(arguments);
      CHECK(arguments.error().message.find("hunter2") == std::string::npos);
    }
  }
}

TEST_CASE("values and whole sets of arguments come from files", "[unit][cli]") {
  const test::TempDir dir;
  const auto put = [&](const std::string& name, const std::string& text) {
    REQUIRE(write_file_atomic(dir / name, as_bytes(text)));
    return (dir / name).string();
  };
  CHECK(given({"name=@" + put("text", "two\nlines\n")}) == json{{"name", "two\nlines\n"}});
  CHECK(given({"map:=@" + put("value.json", "{\"a\": [1]}")}) == json{{"map", {{"a", {1}}}}});
  CHECK(given({"@" + put("all.yaml", "count: 7\nname: x\n"), "force=true"}) ==
        json{{"count", 7}, {"name", "x"}, {"force", true}});
  CHECK(wrong({"@" + put("again.yaml", "count: 7\n"), "count=8"}) ==
        "argument 'count' is given twice");
  CHECK(wrong({"@" + put("list.yaml", "- 1\n")}).find("one object") != std::string::npos);
  CHECK(wrong({"@" + put("bad.yaml", "a: [1\n")}).find("bad.yaml:") != std::string::npos);
  CHECK(wrong({"name=@" + (dir / "nothing").string()}).find("nothing") != std::string::npos);
}

TEST_CASE("bytes that are no text are refused, or encoded where the operation takes base64",
          "[unit][cli]") {
  const test::TempDir dir;
  const auto file = (dir / "bytes").string();
  REQUIRE(write_file_atomic(file, as_bytes(std::string("ok\xC3\x28\0\xFF", 6))));
  CHECK(wrong({"content=@" + file}) == "content: " + file +
                                           " is no UTF-8 text at byte 3; give it as "
                                           "content_base64=@" +
                                           file);
  CHECK(wrong({"name=@" + file}) == "name: " + file + " is no UTF-8 text at byte 3");
  CHECK(wrong({"map:=@" + file}) == file + " is no UTF-8 text at byte 3");
  CHECK(wrong({"@" + file}) == file + " is no UTF-8 text at byte 3");
  CHECK(given({"content_base64=@" + file}) == json{{"content_base64", "b2vDKAD/"}});
  CHECK(given({"content_base64=b2s="}) == json{{"content_base64", "b2s="}});
  CHECK(operation_arguments({"content_base64=@" + file}, nullptr).error().exit == Exit::Usage);
}
