#include <cli/json_lines.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"

using namespace muster::cli;
using nlohmann::json;

namespace {

struct Scene {
  std::ostringstream out;
  JsonLines lines{"7c1e", out};

  std::vector<json> written() const {
    std::istringstream in(out.str());
    std::vector<json> all;
    for (std::string line; std::getline(in, line);) all.push_back(json::parse(line));
    return all;
  }
};

json task(const std::string& state, int attempt = 1) {
  return {{"node", "web1"}, {"state", state}, {"attempt", attempt}};
}

json job(const std::string& state, const json& tasks) {
  return {{"job", "7c1e"}, {"state", state}, {"counts", {{"targets", 1}}}, {"tasks", tasks}};
}

}  // namespace

TEST_CASE("output is text where it is UTF-8, and base64url where it is not", "[unit][cli]") {
  Scene scene;
  scene.lines.output({"web1", "stdout"}, 0, "M\xC3\xBCller\n");
  scene.lines.output({"web1", "stderr"}, 8, std::string_view("\xFF\x00", 2));
  scene.lines.output({"web1", "stderr"}, 10, "");
  CHECK(scene.written() == std::vector<json>{{{"event", "output"},
                                              {"job", "7c1e"},
                                              {"node", "web1"},
                                              {"stream", "stdout"},
                                              {"offset", 0},
                                              {"bytes", 8},
                                              {"text", "M\xC3\xBCller\n"}},
                                             {{"event", "output"},
                                              {"job", "7c1e"},
                                              {"node", "web1"},
                                              {"stream", "stderr"},
                                              {"offset", 8},
                                              {"bytes", 2},
                                              {"base64", "_wA"}}});
}

TEST_CASE("each state of a task is told once, and again in a further attempt", "[unit][cli]") {
  Scene scene;
  for (const auto& each : {task("running"), task("running"), task("queued", 2), task("running", 2),
                           task("ok", 2), task("ok", 2)}) {
    scene.lines.task(each);
  }
  std::vector<std::string> told;
  for (const auto& line : scene.written()) told.push_back(line.at("state"));
  CHECK(told == std::vector<std::string>{"running", "queued", "running", "ok"});
}

TEST_CASE("the end tells the states that were left out, and the job without its tasks",
          "[unit][cli]") {
  Scene scene;
  scene.lines.task(task("running"));
  scene.lines.end(job("done", json::array({task("ok")})));
  const auto lines = scene.written();
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].at("event") == "task");
  CHECK(lines[1].at("state") == "ok");
  CHECK(lines[1].at("counts") == json{{"targets", 1}});
  CHECK(lines[2] ==
        json{{"event", "done"}, {"job", "7c1e"}, {"state", "done"}, {"counts", {{"targets", 1}}}});
}

TEST_CASE("a job that is shown while it goes on is not told as done", "[unit][cli]") {
  Scene scene;
  scene.lines.end(job("running", json::array({task("running")})));
  CHECK(scene.written().back().at("event") == "job");
}
