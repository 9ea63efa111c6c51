#include "api/answer_check.hpp"

#include <muster/core/base/clock.hpp>
#include <muster/core/log/capture.hpp>

#include "catch.hpp"

using namespace muster;
using namespace muster::controller::api;
using nlohmann::json;

namespace {

constexpr const char* kThing = R"(
paths:
  /thing:
    get:
      operationId: getThing
      responses:
        '200':
          description: it
          headers:
            Size: {required: true, schema: {type: integer, minimum: 0}}
            Whole: {schema: {type: boolean}}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/thing', required: [name]}
            text/plain: {}
        '204': {description: nothing}
    post:
      operationId: watchThing
      responses:
        '200':
          description: events
          content:
            text/event-stream:
              schema: {type: string}
              x-muster-events: {done: {$ref: '#/components/schemas/thing'}}
components:
  schemas:
    thing:
      type: object
      properties:
        name: {type: string}
        parts: {type: array, items: {type: object, properties: {size: {type: integer}}}}
        facts: {type: object, additionalProperties: {type: string}}
        result: {type: object}
    problem: {type: object, required: [status], properties: {status: {type: integer}}}
)";

struct Checked {
  Checked() : document(Document::read({{"test", kThing}}).value()) {
    check = AnswerCheck::compile(*document, {"test", log::Level::Info, said.sink(), clock}).value();
  }
  std::string fault(const json& body, int status = 200, http::Headers headers = {{"Size", "1"}},
                    const std::string& type = "application/json") {
    if (!type.empty()) headers.emplace_back("content-type", type);
    return check->check(document->find("getThing"), status, headers, &body);
  }
  SystemClock clock;
  log::Capture said;
  std::shared_ptr<const Document> document;
  std::shared_ptr<AnswerCheck> check;
};

}  // namespace

TEST_CASE("an answer that is as the document says is let through", "[unit][api]") {
  Checked thing;
  CHECK(thing
            .fault({{"name", "x"},
                    {"parts", {{{"size", 1}}}},
                    {"facts", {{"any", "x"}}},
                    {"result", {{"any", 1}}}})
            .empty());
  CHECK(thing.fault(nullptr, 200, {{"size", "0"}, {"whole", "true"}}, "text/plain; x=y").empty());
  CHECK(thing.fault(nullptr, 204, {}, "").empty());
  CHECK(thing.check->breaches() == 0);
}

TEST_CASE("the first success of an operation is logged, and no other answer", "[unit][api]") {
  Checked thing;
  const json problem{{"status", 404}};
  CHECK(thing.check->check(nullptr, 404, {}, &problem).empty());
  CHECK(thing.said.entries().empty());
  for (int time = 0; time < 2; ++time) CHECK(thing.fault({{"name", "x"}}).empty());
  REQUIRE(thing.said.entries().size() == 1);
  const auto line = log::format_line(thing.said.entries().front(), log::Format::Text);
  CHECK_THAT(line, Catch::Contains("operation=getThing"));
}

TEST_CASE("an answer that is not as the document says is logged, counted and named",
          "[unit][api]") {
  Checked thing;
  std::uint64_t breaches = 0;
  const auto breach = [&](const std::string& fault, const std::string& says) {
    CHECK_THAT(fault, Catch::Contains(says));
    CHECK(thing.check->breaches() == ++breaches);
    REQUIRE(thing.said.entries().size() == breaches);
    CHECK(thing.said.entries().back().level == log::Level::Error);
  };
  breach(thing.fault({{"name", 1}}), "\"/name\" must be a string");
  breach(thing.fault(json::object()), "\"/name\" is required");
  breach(thing.fault({{"name", "x"}, {"nam", "x"}}), "\"/nam\" is not a known property");
  breach(thing.fault({{"name", "x"}, {"parts", {{{"sze", 1}}}}}), "\"/parts/0/sze\"");
  breach(thing.fault({{"name", "x"}}, 201), "status is not told of");
  breach(thing.fault({{"name", "x"}}, 200, {}), "the header Size is missing");
  breach(thing.fault({{"name", "x"}}, 200, {{"Size", "-1"}}),
         "the header Size is missing or wrong");
  breach(thing.fault({{"name", "x"}}, 200, {{"Size", "1"}, {"Whole", "no"}}), "the header Whole");
  breach(thing.fault({{"name", "x"}}, 200, {{"Size", "1"}}, "text/html"), "type of content");
  breach(thing.fault(nullptr, 204), "no body");
  const json body{{"status", "x"}};
  breach(thing.check->check(nullptr, 404, {}, &body), "\"/status\" must be an integer");
}

TEST_CASE("an event is held against what the document says of its name", "[unit][api]") {
  Checked thing;
  const auto& watch = *thing.document->find("watchThing");
  CHECK(thing.check->check_event(watch, "done", {{"name", "x"}}).empty());
  CHECK_THAT(thing.check->check_event(watch, "done", {{"nam", "x"}}), Catch::Contains("/nam"));
  CHECK_THAT(thing.check->check_event(watch, "end", json::object()),
             Catch::Contains("not told of"));
  CHECK(thing.check->breaches() == 2);
}
