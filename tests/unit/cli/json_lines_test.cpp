#include <cli/json_lines.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"
#include "told_job.hpp"

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

muster::client::TaskEvent task(const std::string& state, int attempt = 1) {
  return {told<muster::client::Task>(whole_task({{"state", state}, {"attempt", attempt}})), {}};
}

muster::client::Job job(const std::string& state, const std::string& task_state) {
  return told_job({{"state", state}, {"tasks", {whole_task({{"state", task_state}})}}});
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
  scene.lines.end(job("done", "ok"));
  const auto lines = scene.written();
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].at("event") == "task");
  CHECK(lines[1].at("state") == "ok");
  CHECK(lines[1].at("counts") == json{{"targets", 1}});
  CHECK(lines[2].at("event") == "done");
  CHECK(lines[2].at("job") == "7c1e");
  CHECK(lines[2].at("counts") == json{{"targets", 1}});
  CHECK_FALSE(lines[2].contains("tasks"));
}

TEST_CASE("a job that is shown while it goes on is not told as done", "[unit][cli]") {
  Scene scene;
  scene.lines.end(job("running", "running"));
  CHECK(scene.written().back().at("event") == "job");
}
