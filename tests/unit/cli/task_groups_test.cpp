#include <cli/task_groups.hpp>

#include "catch.hpp"

using namespace muster::cli;
using nlohmann::json;

namespace {

json task(const std::string& node, const json& result, const json& outputs = json::array(),
          const std::string& state = "ok", const json& error = nullptr) {
  return {
      {"node", node}, {"state", state}, {"result", result}, {"outputs", outputs}, {"error", error}};
}

json job(const json& tasks, const std::string& operation = "script.look") {
  return {{"operation", operation}, {"tasks", tasks}};
}

json printed(const std::string& digest) { return {{{"stream", "stderr"}, {"digest", digest}}}; }

std::vector<std::vector<std::string>> names_of(const std::vector<TaskGroup>& groups) {
  std::vector<std::vector<std::string>> names;
  for (const auto& group : groups) names.push_back(group.nodes);
  return names;
}

using Names = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("tasks that printed the same and found different things do not stand together",
          "[unit][cli]") {
  const auto groups = groups_of(job({task("sn", {{"serial", 26034}}, printed("a")),
                                     task("sn2", {{"serial", 26033}}, printed("a")),
                                     task("sn3", {{"serial", 26033}}, printed("a"))}));
  CHECK(names_of(groups) == Names{{"sn2", "sn3"}, {"sn"}});
}

TEST_CASE("outcome, output and error separate tasks as well", "[unit][cli]") {
  CHECK(
      groups_of(job({task("a", nullptr, printed("a")), task("b", nullptr, printed("b"))})).size() ==
      2);
  CHECK(groups_of(job({task("a", nullptr), task("b", nullptr, json::array(), "changed")})).size() ==
        2);
  const auto failed = [](const std::string& node, const std::string& why) {
    return task(node, nullptr, json::array(), "failed", {{"message", why}});
  };
  CHECK(groups_of(job({failed("a", "x"), failed("b", "y")})).size() == 2);
  CHECK(groups_of(job({failed("a", "x"), failed("b", "x")})).size() == 1);
}

TEST_CASE("of a program its exit code is told, where no error tells it", "[unit][cli]") {
  const auto told = [](const json& result, const json& error, const std::string& operation) {
    return told_result(job({}, operation), task("a", result, json::array(), "ok", error));
  };
  CHECK(told({{"exit_code", 0}, {"duration_ms", 12}}, nullptr, "system.exec") == nullptr);
  CHECK(told({{"exit_code", 3}, {"duration_ms", 12}}, nullptr, "system.exec") ==
        json{{"exit_code", 3}});
  CHECK(told({{"exit_code", 3}}, {{"message", "sh exited with 3"}}, "system.exec") == nullptr);
  CHECK(told({{"exit_code", 0}}, nullptr, "script.look") == json{{"exit_code", 0}});
  CHECK(told(json::object(), nullptr, "script.look") == nullptr);
  const auto timed = [](const std::string& node, int duration) {
    return task(node, {{"exit_code", 0}, {"duration_ms", duration}}, printed("a"));
  };
  CHECK(groups_of(job({timed("a", 12), timed("b", 13)}, "system.exec")).size() == 1);
}

TEST_CASE("the largest group comes first, then the one with the first name as people count",
          "[unit][cli]") {
  const auto found = [](const std::string& node, int what) { return task(node, {{"what", what}}); };
  const auto whole =
      job({found("n10", 1), found("n2", 2), found("n3", 3), found("n12", 4), found("n11", 4)});
  CHECK(names_of(groups_of(whole)) == Names{{"n11", "n12"}, {"n2"}, {"n3"}, {"n10"}});
  CHECK(names_of(one_each(whole)) == Names{{"n2"}, {"n3"}, {"n10"}, {"n11"}, {"n12"}});
}
