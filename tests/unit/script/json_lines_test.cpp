#include "json_lines.hpp"

#include <random>

#include "catch.hpp"

using namespace muster;
using namespace muster::plugin::script;
using nlohmann::json;

namespace {

/// What a program said, and how it ended, as one text.
struct Heard {
  std::string said;
  JsonLines lines{{[this](double done, const std::string& note) {
                     said += "progress " + json(done).dump() + " " + note + "\n";
                   },
                   [this](const std::string& level, const std::string& text) {
                     said += "log " + level + " " + text + "\n";
                   },
                   [this](const json& record) -> sdk::Status {
                     said += "record " + record.dump() + "\n";
                     return {};
                   }}};

  std::string end() {
    const auto end = lines.end();
    if (!end) return said + "broken: " + end.error().message;
    if (end->error) return said + "error: " + end->error->message + " at " + end->error->field;
    return said + "result " + end->result.dump() +
           (end->changed ? *end->changed ? " +" : " =" : "");
  }
};

std::string hear(const std::string& output) {
  Heard heard;
  heard.lines.take(output);
  return heard.end();
}

}  // namespace

TEST_CASE("a program's lines are progress, logs, records and an end", "[unit][script]") {
  const std::string output =
      "{\"progress\": 0.5, \"note\": \"half\"}\n\n{\"log\": \"hm\", \"level\": \"warn\"}\r\n"
      "{\"record\": {\"a\": 1}}\n{\"result\": {\"b\": [2]}, \"changed\": false}";
  const std::string expected =
      "progress 0.5 half\nlog warn hm\nrecord {\"a\":1}\nresult {\"b\":[2]} =";
  CHECK(hear(output) == expected);
  CHECK(hear("{\"error\": \"no\", \"field\": \"/x\", \"retryable\": true}\n") == "error: no at /x");

  std::mt19937 random(20260104);
  for (int round = 0; round < 200; ++round) {
    Heard heard;
    for (std::string_view rest = output; !rest.empty();) {
      const auto piece = rest.substr(0, 1 + random() % 20);
      REQUIRE(heard.lines.take(piece));
      rest.remove_prefix(piece.size());
    }
    REQUIRE(heard.end() == expected);
  }
}

TEST_CASE("what is not in the protocol breaks it, at its line", "[unit][script]") {
  using Row = std::pair<std::string, std::string>;
  const auto [line, why] =
      GENERATE(Row{"hello", "no JSON object: hello"}, Row{"[1]", "no JSON object: [1]"},
               Row{"{\"a\": }", "no JSON object"}, Row{"{}", "it has none of progress"},
               Row{"{\"progress\": 1.5}", "a number from 0 to 1"},
               Row{"{\"progress\": \"half\"}", "a number from 0 to 1"},
               Row{"{\"progress\": 1, \"notes\": \"x\"}", "\"notes\" does not belong there"},
               Row{"{\"record\": 1}", "a record is an object"},
               Row{"{\"result\": 1}", "a result is an object"},
               Row{"{\"result\": {}, \"changed\": 1}", "changed is true or false"},
               Row{"{\"error\": \"\"}", "an error is a sentence"},
               Row{"{\"result\": {}}\n{\"log\": \"x\"}", "more comes after the end"});
  CAPTURE(line);
  const auto heard = hear("{\"progress\": 0}\n" + line + "\n");
  CHECK_THAT(heard, Catch::Contains(why));
  CHECK_THAT(heard, Catch::Contains(line.find('\n') == line.npos ? "line 2 of its output: "
                                                                 : "line 3 of its output: "));
}

TEST_CASE("a program that says nothing at its end has no result", "[unit][script]") {
  CHECK_THAT(hear(""), Catch::Contains("it ended without a result"));
  CHECK_THAT(hear("{\"progress\": 1}\n"), Catch::Contains("it ended without a result"));
}

TEST_CASE("a line has at most 1 MiB and 30 levels", "[unit][script]") {
  const auto result = [](std::size_t bytes) {
    const std::string frame = R"({"result":{"a":""}})";
    return R"({"result":{"a":")" + std::string(bytes - frame.size(), 'x') + "\"}}";
  };
  CHECK_THAT(hear(result(kMaxLineBytes)), Catch::StartsWith("result"));
  CHECK(hear(result(kMaxLineBytes + 1)) == "broken: line 1 is longer than 1 MiB");
  const auto nested = [](int depth) {
    std::string text = R"({"result":)";
    for (int i = 2; i < depth; ++i) text += R"({"a":)";
    text += "{}";
    for (int i = 2; i < depth; ++i) text += "}";
    return text + "}";
  };
  CHECK_THAT(hear(nested(kMaxValueDepth)), Catch::StartsWith("result"));
  CHECK_THAT(hear(nested(kMaxValueDepth + 1)), Catch::Contains("more than 30 deep"));
  CHECK_THAT(hear(std::string(100'000, '[')), Catch::Contains("no JSON object"));
}
