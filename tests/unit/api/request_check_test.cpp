#include "api/request_check.hpp"

#include "catch.hpp"

using namespace muster;
using namespace muster::controller::api;
using nlohmann::json;

namespace {

/// An operation that takes a bit of everything.
const Operation& thing() {
  static const auto document = Document::read({{"test", R"(
paths:
  /things:
    post:
      operationId: makeThing
      parameters:
        - {name: name, in: query, required: true, schema: {type: string, minLength: 1}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 500, default: 50}}
        - {name: all, in: query, schema: {type: boolean}}
        - {name: stream, in: query, schema: {enum: [stdout, stderr], default: stdout}}
        - {name: wait, in: query, schema: {$ref: '#/components/schemas/duration'}}
        - {name: Thing-Key, in: header, schema: {type: string, maxLength: 8}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              additionalProperties: false
              properties:
                selector: {type: string}
                labels: {type: object, additionalProperties: {type: string}}
                uses: {type: integer, minimum: 1, default: 1}
                expires: {$ref: '#/components/schemas/duration', default: 1h}
      responses: {'201': {description: made}}
  /nothing:
    get: {operationId: getNothing, responses: {'200': {description: it}}}
components:
  schemas:
    duration: {type: string, pattern: '^[0-9]+s$', x-muster-format: duration}
)"}}).value();
  return *document->find("makeThing");
}

http::Request asked(std::vector<std::pair<std::string, std::string>> query, std::string body = "") {
  http::Request request;
  query.emplace_back("name", "x");
  request.query = std::move(query);
  request.body = std::move(body);
  return request;
}

Error refusal(const http::Request& request) {
  const auto given = check_request(thing(), request);
  REQUIRE_FALSE(given);
  CHECK(given.error().code == ErrorCode::InvalidArgument);
  return given.error();
}

std::string nested(std::size_t depth) {
  return R"({"labels":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

}  // namespace

TEST_CASE("what a request leaves out has the document's defaults", "[unit][api]") {
  const auto given = check_request(thing(), asked({}));
  REQUIRE(given);
  CHECK(given->parameters == json{{"name", "x"}, {"limit", 50}, {"stream", "stdout"}});
  CHECK(given->body == json{{"uses", 1}, {"expires", "1h"}});
}

TEST_CASE("parameters have the types that the document says", "[unit][api]") {
  auto request = asked({{"limit", "500"}, {"all", "true"}, {"wait", "5m"}}, R"({"uses": 2})");
  request.headers.emplace_back("thing-key", "k");
  const auto given = check_request(thing(), request);
  REQUIRE(given);
  CHECK(given->parameters == json{{"name", "x"},
                                  {"limit", 500},
                                  {"all", true},
                                  {"stream", "stdout"},
                                  {"wait", "5m"},
                                  {"Thing-Key", "k"}});
  CHECK(given->body.at("uses") == 2);
}

TEST_CASE("a parameter that is wrong is refused by name with what is wrong", "[unit][api]") {
  for (const auto& [name, value, says] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"limit", "0", "limit must be at least 1, but is 0"},
           {"limit", "501", "limit must be at most 500, but is 501"},
           {"limit", "ten", "limit must be a whole number, but is 'ten'"},
           {"limit", "", "limit must be a whole number, but is ''"},
           {"limit", "99999999999999999999", "limit must be a whole number"},
           {"limit", "+1", "limit must be a whole number"},
           {"limit", " 1", "limit must be a whole number"},
           {"limit", "1e2", "limit must be a whole number"},
           {"all", "yes", "all must be true or false"},
           {"stream", "stdou", "did you mean \"stdout\"?"},
           {"wait", "soon", "wait must be a duration such as"},
           {"selectr", "all", "/things has no query parameter 'selectr'"},
           {"name", "y", "the query gives 'name' twice"}}) {
    INFO(name << "=" << value);
    const auto error = refusal(asked({{name, value}}));
    CHECK(error.field == "/" + name);
    CHECK_THAT(error.message, Catch::Contains(says));
  }
}

TEST_CASE("what a request must bring is asked for", "[unit][api]") {
  const auto missing = refusal({});
  CHECK(missing.field == "/name");
  CHECK_THAT(missing.message, Catch::Contains("add ?name="));
}

TEST_CASE("a header that is wrong is refused, and one that is not told of is nobody's business",
          "[unit][api]") {
  auto request = asked({});
  request.headers.emplace_back("x-anything", "1");
  CHECK(check_request(thing(), request));
  request.headers.emplace_back("Thing-Key", "123456789");
  CHECK_THAT(refusal(request).message, Catch::Contains("the header Thing-Key must have at most 8"));
}

TEST_CASE("a body that is wrong is refused at the member at fault", "[unit][api]") {
  for (const auto& [body, field, says] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {R"({"selectr": "all"})", "/selectr", R"(did you mean "selector"?)"},
           {R"({"selector": 1})", "/selector", "selector must be a string, but is an integer"},
           {R"({"selector": null})", "/selector", "but is null"},
           {R"({"labels": {"a": 1}})", "/labels/a", "labels/a must be a string"},
           {R"({"uses": 0})", "/uses", "uses must be at least 1"},
           {R"({"uses": 0, "selector": 1})", "/selector", "(and 1 more)"},
           {R"({"expires": "soon"})", "/expires", "must be a duration such as"},
           {"[]", "", "must be a JSON object"},
           {"null", "", "must be a JSON object"},
           {"{\"uses\":}", "", "the body of the request is"},
           {"{\"uses\":1}x", "", "the body of the request is"},
           {"{\"selector\":\"\xff\"}", "", "the body of the request is"},
           {R"({"uses": 1, "uses": 2})", "", "twice; leave out one"},
           {R"({"labels": {"c": "", "c": ""}})", "", "twice; leave out one"}}) {
    INFO(body);
    const auto error = refusal(asked({}, body));
    CHECK(error.field == field);
    CHECK_THAT(error.message, Catch::Contains(says));
  }
}

TEST_CASE("a body that is nested too deeply is refused, however deep it is", "[unit][api]") {
  for (const std::size_t depth : {std::size_t{70}, std::size_t{900'000}}) {
    CHECK_THAT(refusal(asked({}, nested(depth))).message, Catch::Contains("nested"));
  }
}

TEST_CASE("an operation that takes no body is given none", "[unit][api]") {
  Operation bare;
  bare.method = "GET";
  bare.path = "/nothing";
  CHECK(check_request(bare, {}));
  http::Request request;
  request.body = "{}";
  const auto refused = check_request(bare, request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "GET /nothing takes no body");
}
