#include <cli/task_groups.hpp>

#include "catch.hpp"
#include "told_job.hpp"

using namespace muster::cli;
using nlohmann::json;

namespace {

json task(const std::string& node, const json& result, const json& outputs = json::array(),
          const std::string& state = "ok", const json& error = nullptr) {
  return whole_task({{"node", node},
                     {"state", state},
                     {"result", result},
                     {"outputs", outputs},
                     {"error", error}});
}

muster::client::Job job(const json& tasks, const std::string& operation = "script.look") {
  return told_job({{"operation", operation}, {"tasks", tasks}});
}

json printed(const std::string& digest) {
  return json::array({whole_output({{"stream", "stderr"}, {"digest", digest}})});
}

json error(const std::string& message) { return {{"code", "failed"}, {"message", message}}; }

std::size_t count_of_groups(const json& tasks, const std::string& operation = "script.look") {
  return groups_of(job(tasks, operation)).size();
}

std::vector<std::vector<std::string>> names_of(const std::vector<TaskGroup>& groups) {
  std::vector<std::vector<std::string>> names;
  for (const auto& group : groups) names.push_back(group.nodes);
  return names;
}

using Names = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("tasks that printed the same and found different things do not stand together",
          "[unit][cli]") {
  const auto whole = job({task("sn", {{"serial", 26034}}, printed("a")),
                          task("sn2", {{"serial", 26033}}, printed("a")),
                          task("sn3", {{"serial", 26033}}, printed("a"))});
  CHECK(names_of(groups_of(whole)) == Names{{"sn2", "sn3"}, {"sn"}});
}

TEST_CASE("outcome, output and error separate tasks as well", "[unit][cli]") {
  CHECK(count_of_groups({task("a", nullptr, printed("a")), task("b", nullptr, printed("b"))}) == 2);
  CHECK(count_of_groups({task("a", nullptr), task("b", nullptr, json::array(), "changed")}) == 2);
  const auto failed = [](const std::string& node, const std::string& why) {
    return task(node, nullptr, json::array(), "failed", error(why));
  };
  CHECK(count_of_groups({failed("a", "x"), failed("b", "y")}) == 2);
  CHECK(count_of_groups({failed("a", "x"), failed("b", "x")}) == 1);
}

TEST_CASE("tasks whose nodes are away stand together, for the one that is given up first",
          "[unit][cli]") {
  const auto running = [](const std::string& node) {
    return task(node, nullptr, json::array(), "running");
  };
  const auto away = [&](const std::string& node, const std::string& until) {
    auto told = running(node);
    told["away"] = {{"since", "2026-01-31T12:00:00.000Z"}, {"until", until}};
    return told;
  };
  const auto whole =
      job({running("a"), away("b", "2026-01-31T12:09:00.000Z"),
           away("c", "2026-01-31T12:02:00.000Z"), away("d", "2026-01-31T12:03:00.000Z")});
  const auto groups = groups_of(whole);
  REQUIRE(names_of(groups) == Names{{"b", "c", "d"}, {"a"}});
  CHECK(groups[0].task->node == "c");
  CHECK_FALSE(groups[1].task->away);
}

TEST_CASE("of a program its exit code is told, where no error tells it", "[unit][cli]") {
  const auto told = [](const json& result, const json& why, const std::string& operation) {
    const auto whole = job(json::array({task("a", result, json::array(), "ok", why)}), operation);
    return told_result(whole, whole.tasks[0]);
  };
  CHECK(told({{"exit_code", 0}, {"duration_ms", 12}}, nullptr, "system.exec") == nullptr);
  CHECK(told({{"exit_code", 3}, {"duration_ms", 12}}, nullptr, "system.exec") ==
        json{{"exit_code", 3}});
  CHECK(told({{"exit_code", 3}}, error("sh exited with 3"), "system.exec") == nullptr);
  CHECK(told({{"exit_code", 0}}, nullptr, "script.look") == json{{"exit_code", 0}});
  CHECK(told(json::object(), nullptr, "script.look") == nullptr);
  const auto timed = [](const std::string& node, int duration) {
    return task(node, {{"exit_code", 0}, {"duration_ms", duration}}, printed("a"));
  };
  CHECK(count_of_groups({timed("a", 12), timed("b", 13)}, "system.exec") == 1);
}

TEST_CASE("the largest group comes first, then the one with the first name as people count",
          "[unit][cli]") {
  const auto found = [](const std::string& node, int what) { return task(node, {{"what", what}}); };
  const auto whole =
      job({found("n10", 1), found("n2", 2), found("n3", 3), found("n12", 4), found("n11", 4)});
  CHECK(names_of(groups_of(whole)) == Names{{"n11", "n12"}, {"n2"}, {"n3"}, {"n10"}});
  CHECK(names_of(one_each(whole)) == Names{{"n2"}, {"n3"}, {"n10"}, {"n11"}, {"n12"}});
}
