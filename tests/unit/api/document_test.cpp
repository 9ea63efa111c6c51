// The API's OpenAPI document: that it is one, and that a slip in it is seen.
#include "api/document.hpp"

#include <muster/core/base/clock.hpp>
#include <muster/core/log/capture.hpp>
#include <set>

#include "api/answer_check.hpp"
#include "api/routes.hpp"
#include "catch.hpp"

using namespace muster;
using namespace muster::controller::api;
using nlohmann::json;

namespace {

const Document& built_in() {
  static const auto document = Document::built_in().value();
  return *document;
}

/// Calls `see(name, value, pointer)` for each member of each map.
template <class See>
void walk(const json& value, const json::json_pointer& pointer, const See& see) {
  if (value.is_object()) {
    for (const auto& [name, part] : value.items()) {
      see(name, part, pointer.to_string());
      walk(part, pointer / name, see);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      walk(value[i], pointer / i, see);
    }
  }
}

/// A document with one operation, whose parts a test replaces.
json small() {
  return json::parse(R"({
    "openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "security": [{"token": []}],
    "paths": {"/things/{id}": {"get": {
      "operationId": "getThing",
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
      "responses": {"200": {"description": "it"}}}}}})");
}

std::string refusal_of(const json& document) {
  const auto text = document.dump();
  const auto read = Document::read({{"test", text}});
  return read ? "" : read.error().message;
}

}  // namespace

TEST_CASE("the document says what OpenAPI 3.1 wants said of each part", "[unit][api]") {
  const auto& root = built_in().root();
  CHECK(root.at("openapi") == "3.1.0");
  CHECK(root.at("info").at("title").is_string());
  CHECK(root.at("info").at("version").is_string());
  std::set<std::string> tags;
  for (const auto& tag : root.at("tags")) CHECK(tags.insert(tag.at("name")).second);
  for (const auto& operation : built_in().operations()) {
    INFO(operation.id);
    const auto& told = root.at(json::json_pointer(operation.pointer));
    CHECK(told.at("summary").get<std::string>().size() > 3);
    REQUIRE(told.at("tags").size() == 1);
    CHECK(tags.contains(told.at("tags").at(0)));
    std::set<std::string> names;
    const auto parameters = told.value("parameters", json::array());
    for (const auto& parameter : parameters) {
      const auto at = Spot{&parameter, ""}.followed(root);
      REQUIRE(at);
      CHECK(names.insert(at.value->at("name").get<std::string>()).second);
      CHECK(at.value->at("description").is_string());
      CHECK(at.value->contains("schema"));
      if (at.value->at("in") == "path") CHECK(at.value->at("required") == true);
    }
    for (const auto& [status, answer] : told.at("responses").items()) {
      INFO(status);
      const auto at = Spot{&answer, ""}.followed(root);
      REQUIRE(at);
      CHECK(at.value->at("description").is_string());
    }
    CHECK(told.at("responses").contains("401") == !operation.is_public);
    CHECK(told.at("responses").contains("403") >= !operation.is_public);
    const bool reads = operation.method == "GET";
    CHECK(told.at("responses").contains("304") == (reads && operation.has_etag));
    if (reads) CHECK(names.contains("If-None-Match") == operation.has_etag);
    if (names.contains("If-None-Match")) CHECK(names.contains("If-Match") == !reads);
    CHECK(names.contains("If-Match") == told.at("responses").contains("412"));
    CHECK(told.at("responses").contains("413") == operation.body.has_value());
  }
}

TEST_CASE("every reference in the document leads to a part of it that somebody refers to",
          "[unit][api]") {
  const auto& root = built_in().root();
  std::set<std::string> used;
  walk(root, json::json_pointer(),
       [&](const std::string& name, const json& value, const std::string& pointer) {
         if (name != "$ref") return;
         INFO(pointer);
         const json holder{{"$ref", value}};
         CHECK(Spot{&holder, pointer}.followed(root));
         used.insert(value);
       });
  for (const auto& [kind, parts] : root.at("components").items()) {
    if (kind == "securitySchemes") continue;
    for (const auto& [name, ignored] : parts.items()) {
      INFO(kind << "/" << name);
      CHECK(used.contains("#/components/" + kind + "/" + name));
    }
  }
}

TEST_CASE(
    "every schema of the document is of the kind that we can check, and its examples are "
    "what it says",
    "[unit][api]") {
  const auto root = std::make_shared<const json>(built_in().root());
  std::size_t examples = 0;
  const auto compile = [&](const std::string& pointer) {
    INFO(pointer);
    const auto compiled = schema::Schema::compile_at(built_in().for_checks(), pointer);
    if (!compiled) FAIL(compiled.error().message);
    return *compiled;
  };
  for (const auto& [name, ignored] : root->at("components").at("schemas").items()) {
    compile("/components/schemas/" + name);
  }
  walk(*root, json::json_pointer(),
       [&](const std::string& name, const json& value, const std::string& pointer) {
         if (name == "schema") compile(pointer + "/schema");
         if (name != "example") return;
         INFO(pointer);
         ++examples;
         REQUIRE(root->at(json::json_pointer(pointer)).contains("schema"));
         const auto violations = compile(pointer + "/schema").check(value);
         if (!violations.empty())
           FAIL(violations.front().pointer + " " + violations.front().message);
       });
  CHECK(examples > 10);
  const SystemClock clock;
  log::Capture said;
  CHECK(AnswerCheck::compile(built_in(), {"test", log::Level::Info, said.sink(), clock}));
}

TEST_CASE("what is public and what is served is the same in the document and in the code",
          "[unit][api]") {
  const auto served = all_served();
  REQUIRE(routes_of(built_in(), served));
  const auto differs = [&](const std::vector<Served>& other) {
    const auto wired = routes_of(built_in(), other);
    return wired ? std::string() : wired.error().message;
  };
  auto less = served;
  less.pop_back();
  CHECK_THAT(differs(less), Catch::Contains("nothing serves " + served.back().operation));
  auto more = served;
  more.push_back(more.back());
  CHECK_THAT(differs(more), Catch::Contains("served twice"));
  more.back().operation = "getNothing";
  CHECK_THAT(differs(more), Catch::Contains("no operation is called getNothing"));
  auto open = served;
  open.back().needs = anybody();
  CHECK_THAT(differs(open), Catch::Contains("anybody"));
}

TEST_CASE("a slip in a document is refused at its place", "[unit][api]") {
  CHECK(refusal_of(small()).empty());
  const std::string get = "/paths/~1things~1{id}/get";
  for (const auto& [patch, says] : std::vector<std::pair<json, std::string>>{
           {{{"op", "remove"}, {"path", get + "/operationId"}}, "has no operationId"},
           {{{"op", "remove"}, {"path", get + "/responses"}}, "has no responses"},
           {{{"op", "remove"}, {"path", get + "/parameters"}}, "declares no parameter id"},
           {{{"op", "replace"}, {"path", get + "/parameters/0/name"}, {"value", "it"}},
            "the path has no {it}"},
           {{{"op", "replace"}, {"path", get + "/parameters/0/in"}, {"value", "cookie"}},
            "in is query or header"},
           {{{"op", "replace"}, {"path", get + "/parameters/0"}, {"value", {{"$ref", "#/no"}}}},
            "leads to nothing"},
           {{{"op", "replace"}, {"path", get + "/parameters/0/schema"}, {"value", {{"typ", 1}}}},
            "did you mean \"type\""},
           {{{"op", "add"}, {"path", get + "/security"}, {"value", {{{"token", json::array()}}}}},
            "may only need less"},
           {{{"op", "add"}, {"path", get + "/requestBody"}, {"value", json::object()}},
            "no schema"},
           {{{"op", "add"}, {"path", "/paths/~1things~1{id}/parameters"}, {"value", json::array()}},
            "methods and nothing else"},
           {{{"op", "add"},
             {"path", "/paths/~1other"},
             {"value",
              {{"get",
                {{"operationId", "getThing"}, {"responses", {{"200", {{"description", ""}}}}}}}}}},
            "another operation's id"}}) {
    INFO(patch);
    CHECK_THAT(refusal_of(small().patch(json::array({patch}))), Catch::Contains(says));
  }
}

TEST_CASE("the files of a document are one, and say nothing twice", "[unit][api]") {
  const auto first = small().dump();
  const auto joined =
      Document::read({{"a", first},
                      {"b", "tags: [{name: x}]\n"},
                      {"c", "tags: [{name: y}]\ncomponents: {schemas: {a: {}}}\n"}});
  REQUIRE(joined);
  CHECK((*joined)->root().at("tags").size() == 2);
  CHECK((*joined)->find("getThing") != nullptr);
  CHECK((*joined)->find("getNothing") == nullptr);
  const auto twice = Document::read({{"a", first}, {"b", "info: {title: other}\n"}});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().field == "/info/title");
}
