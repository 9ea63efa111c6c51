#include "cli/complete.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"
#include "cli/complete_selector.hpp"
#include "played_api.hpp"
#include "told_job.hpp"

using namespace muster::cli;
using muster::client::PlayedApi;
using muster::client::Said;
using nlohmann::json;
using Words = std::vector<std::string>;

namespace {

json names(const std::vector<std::pair<std::string, int>>& list) {
  json names = json::array();
  for (const auto& [name, nodes] : list) names.push_back({{"name", name}, {"nodes", nodes}});
  return {{"names", names}, {"prefixes", json::array()}};
}

json plugin(const std::string& id, const json& operations, const std::string& doc) {
  return {{"id", id},   {"version", "1.0.0"},       {"operations", operations}, {"doc", doc},
          {"nodes", 3}, {"states", json::object()}, {"reasons", json::object()}};
}

json whole_plugin(const std::string& id, const json& manifest) {
  auto whole = plugin(id, json::array(), "");
  whole.update({{"class", "confined"}, {"status", "stable"}, {"manifest", manifest}});
  return whole;
}

json groups(const std::string& name, const std::string& selector) {
  return {{"groups",
           {{{"name", name},
             {"selector", selector},
             {"doc", ""},
             {"updated", ""},
             {"updated_by", ""}}}}};
}

json webhooks(const std::string& name, const std::string& state) {
  return {{"webhooks",
           {{{"webhook",
              {{"name", name},
               {"url", ""},
               {"filter", ""},
               {"allow_private", false},
               {"updated", ""},
               {"updated_by", ""}}},
             {"progress",
              {{"state", state},
               {"pending", 0},
               {"delivered", 0},
               {"dead_letters", 0},
               {"missed", 0},
               {"failures", 0},
               {"failing_since", nullptr},
               {"next_attempt", nullptr},
               {"last_success", nullptr},
               {"last_error", ""}}}}}}};
}

/// A controller of a small fleet that answers from a list, by path.
struct Fleet {
  std::vector<std::string> asked() {
    std::vector<std::string> lines;
    for (const auto& request : played.asked()) lines.push_back(muster::client::line_of(request));
    return lines;
  }

  std::map<std::string, json> answers{
      {"/v1/names?kind=node", names({{"db1", 1}, {"web1", 1}, {"web2", 1}})},
      {"/v1/names?kind=node&prefix=w", names({{"web1", 1}, {"web2", 1}})},
      {"/v1/names?kind=label", names({{"canary", 1}, {"role", 3}})},
      {"/v1/names?kind=label&prefix=ro", names({{"role", 3}})},
      {"/v1/names?kind=label&of=role", names({{"db", 1}, {"two words", 1}, {"web", 2}})},
      {"/v1/names?kind=label&of=role&prefix=w", names({{"web", 2}})},
      {"/v1/names?kind=label&of=role&prefix=two", names({{"two words", 1}})},
      {"/v1/names?kind=fact", names({{"os.id", 3}, {"os.version", 3}, {"mem.total", 3}})},
      {"/v1/names?kind=fact&prefix=os.", names({{"os.id", 3}, {"os.version", 3}})},
      {"/v1/names?kind=fact&of=os.version", names({{"12", 3}})},
      {"/v1/groups", groups("front", "role=web")},
      {"/v1/plugins",
       {{"plugins",
         {plugin("collect", json::array(), "has only metrics"),
          plugin("store", {"store.get", "store.put"}, "keeps things")}}}},
      {"/v1/plugins/collect", whole_plugin("collect", {{"id", "collect"}})},
      {"/v1/plugins/store", whole_plugin("store", json::parse(R"({"operations": {
         "store.put": {"doc": "keeps one", "arguments": {"type": "object", "properties": {
           "name": {"type": "string"}, "mode": {"enum": ["new", "over"]},
           "force": {"type": "boolean"}, "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
           "more": {"type": "object"}}}},
         "store.get": {}}})"))},
      {"/v1/jobs?limit=100",
       {{"jobs",
         {whole_job({{"requested_by", "bob"}}), whole_job({{"requested_by", "ada"}}),
          whole_job({{"requested_by", "bob"}})}}}},
      {"/v1/jobs?limit=30",
       {{"jobs", {whole_job({{"job", "7c1e2a58"}, {"operation", "store.put"}})}}}},
      {"/v1/webhooks", webhooks("ops", "failing")},
  };
  PlayedApi played{[this](const auto& request) -> Said {
    const auto found = answers.find(muster::client::line_of(request).substr(4));  // "GET "
    if (found == answers.end()) return {404};
    return {200, found->second.dump()};
  }};
};

struct World {
  Fleet fleet;
  muster::client::ApiClient api = fleet.played.client();
  std::vector<Command> commands = all_commands();
  Names names{[this] { return &api; }, {"prod", "staging"}};

  Completion complete(Words words) {
    const auto typed = words.back();
    words.pop_back();
    return Completer(commands, names).complete(words, typed);
  }
  Words texts(const Words& words) {
    Words texts;
    for (const auto& candidate : complete(words).candidates) texts.push_back(candidate.text);
    return texts;
  }
  Words selector(const std::string& text) {
    Words texts;
    for (const auto& candidate : complete_selector(text, names)) texts.push_back(candidate.text);
    return texts;
  }
};

}  // namespace

TEST_CASE("the words of commands are completed one by one, without the controller", "[unit][cli]") {
  World world;
  CHECK(world.texts({"enr"}) == Words{"enroll"});
  CHECK(world.texts({"enroll", ""}) == Words{"token"});
  CHECK(world.texts({"enroll", "token", "r"}) == Words{"revoke"});
  CHECK(world.texts({"help", "enroll", "token", "r"}) == Words{"revoke"});
  CHECK(world.texts({"help", "node", "ls", ""}).empty());
  CHECK(world.texts({"--v"}) == Words{"--version"});
  CHECK(world.texts({"nonsense", ""}).empty());
  CHECK(world.complete({"sta"}).candidates.at(0).about == "how the fleet and its controller are");
  CHECK(world.fleet.asked().empty());
}

TEST_CASE("every command and every option of it is completed, from what its page is made of",
          "[unit][cli]") {
  World world;
  const auto completes_to = [&](const Words& before, const std::string& typed,
                                const std::string& word) {
    INFO(word);
    auto words = before;
    words.push_back(typed);
    const auto found = world.texts(words);
    CHECK(std::find(found.begin(), found.end(), word) != found.end());
  };
  for (const auto& command : world.commands) {
    INFO(command.words);
    Words before;
    std::istringstream words(command.words);
    for (std::string word; words >> word; before.push_back(word)) {
      completes_to(before, word.substr(0, 1), word);
    }
    for (const auto& option : command.options) completes_to(before, "--", "--" + option.name);
  }
  CHECK(world.fleet.asked().empty());
}

TEST_CASE("options are offered until they are given, and those that are one of few words",
          "[unit][cli]") {
  World world;
  CHECK(world.texts({"node", "ls", "--j"}) == Words{"--json"});
  CHECK(world.texts({"node", "ls", "--json", "--j"}).empty());
  CHECK(world.texts({"job", "retry", "x", "--state", "ok", "--stat"}) == Words{"--state"});
  CHECK(world.texts({"run", "--offline", ""}) == Words{"skip", "queue", "fail"});
  CHECK(world.texts({"run", "--offline=q"}) == Words{"--offline=queue"});
  CHECK(world.texts({"job", "retry", "--state", "fa"}) == Words{"failed"});
  CHECK(world.texts({"job", "ls", "--state", "do"}) == Words{"done"});
  CHECK(world.texts({"job", "ls", "--since", "2"}) == Words{"24h"});
  CHECK(world.texts({"run", "--timeout", ""}).empty());
  CHECK(world.texts({"job", "show", "x", "--output", "j"}) == Words{"json", "jsonl"});
  CHECK(world.texts({"completion", "f"}) == Words{"fish"});
  CHECK(world.fleet.asked().empty());
}

TEST_CASE("options before the command are completed, and it is then as without them",
          "[unit][cli]") {
  World world;
  CHECK(world.texts({"-"}) == Words{"--context", "--json", "--no-pager", "--help", "--version"});
  CHECK(world.texts({"--json", "--"}) == Words{"--context", "--no-pager", "--help"});
  CHECK(world.texts({"--context", "p"}) == Words{"prod"});
  CHECK(world.texts({"--json", "--context", ""}) == Words{"prod", "staging"});
  CHECK(world.texts({"--context=s"}) == Words{"--context=staging"});
  CHECK(world.texts({"--context", "prod", "enr"}) == Words{"enroll"});
  CHECK(world.texts({"--context=prod", "enroll", "token", "r"}) == Words{"revoke"});
  CHECK(world.texts({"--json", "job", "sh"}) == Words{"show"});
  CHECK(world.texts({"--no-pager", "--json", "node", "ls", "--j"}).empty());
  CHECK(world.texts({"--json", "node", "ls", "--c"}) == Words{"--compound", "--context"});
  CHECK(world.texts({"--json=", "node", "sh"}).empty());  // it takes no value
  CHECK(world.fleet.asked().empty());
  CHECK(world.texts({"--context", "prod", "node", "show", "w"}) == Words{"web1", "web2"});
  CHECK(world.texts({"--json", "node", "drain", "web1", "w"}) == Words{"web1", "web2"});
  CHECK(world.texts({"--context", "prod", "run", "--offline", "q"}) == Words{"queue"});
}

TEST_CASE("names are those of the fleet, by what a command takes in that place", "[unit][cli]") {
  World world;
  CHECK(world.texts({"node", "show", "w"}) == Words{"web1", "web2"});
  CHECK(world.texts({"node", "show", "web1", "w"}).empty());
  CHECK(world.texts({"node", "drain", "web1", "w"}) == Words{"web1", "web2"});
  CHECK(world.texts({"node", "label", "ro"}) == Words{"role="});
  CHECK(world.texts({"node", "label", "web1", "role=w"}) == Words{"role=web"});
  CHECK(world.texts({"node", "label", "--remove", "ro"}) == Words{"role"});
  CHECK(world.texts({"group", "show", ""}) == Words{"front"});
  CHECK(world.texts({"webhook", "retry", "o"}) == Words{"ops"});
  CHECK(world.texts({"webhook", "retry", "ops", ""}).empty());  // the ids of dead letters
  CHECK(world.texts({"job", "show", ""}) == Words{"7c1e2a58"});
  CHECK(world.texts({"job", "ls", "--by", ""}) == Words{"ada", "bob"});
  CHECK(world.complete({"job", "show", ""}).candidates.at(0).about == "store.put on all, done");
  CHECK(world.texts({"plugin", "show", "s"}) == Words{"store"});
  CHECK(world.texts({"plugin", "show", ""}) == Words{"collect", "store"});
  CHECK(world.texts({"node", "ls", "-C", ""}).empty());
}

TEST_CASE("names of which there are too many are completed bit by bit", "[unit][cli]") {
  World world;
  world.fleet.answers["/v1/names?kind=node"] =
      json::parse(R"({"names": [{"name": "db1", "nodes": 1}],
                      "prefixes": [{"prefix": "web0", "names": 100}]})");
  const auto found = world.complete({"node", "show", ""}).candidates;
  REQUIRE(found.size() == 2);
  CHECK_FALSE(found[0].partial);
  CHECK(found[1].partial);
  CHECK(found[1].about == "100 begin so");
}

TEST_CASE("contexts are those of whoever types", "[unit][cli]") {
  World world;
  CHECK(world.texts({"context", "use", "p"}) == Words{"prod"});
  CHECK(world.texts({"logout", ""}) == Words{"prod", "staging"});
  CHECK(world.texts({"doctor", "--context=s"}) == Words{"--context=staging"});
  CHECK(world.fleet.asked().empty());
}

TEST_CASE(
    "a name that would not show as what it is, is not offered; descriptions are made harmless",
    "[unit][cli]") {
  World world;
  world.fleet.answers["/v1/names?kind=node"] = names(
      {{"a\nb", 1}, {"a\x1b[2J", 1}, {"a\tb", 1}, {"\u202Eab", 1}, {"\u009Bab", 1}, {"web1", 1}});
  CHECK(world.texts({"node", "show", ""}) == Words{"web1"});
  world.fleet.answers["/v1/groups"] = groups("front", "role=web\u001b[2J\nor\tx");
  CHECK(world.complete({"group", "show", ""}).candidates.at(0).about == "role=web?[2J or x");
}

TEST_CASE("an operation is completed by its plugin, and its arguments by its manifest",
          "[unit][cli]") {
  World world;
  CHECK(world.texts({"run", "st"}) == Words{"store."});
  CHECK(world.texts({"run", ""}) == Words{"store."});  // what has none leads nowhere
  CHECK(world.texts({"run", "collect."}).empty());
  CHECK(world.texts({"run", "collect.x", ""}).empty());
  CHECK(world.texts({"run", "store."}) == Words{"store.get", "store.put"});
  CHECK(world.texts({"help", "run", "store.g"}) == Words{"store.get"});
  CHECK(world.texts({"run", "store.put", ""}) ==
        Words{"force=", "mode=", "more:=", "name=", "tags="});
  CHECK(world.texts({"run", "store.put", "name=x", "tags=a", "--on", "all", ""}) ==
        Words{"force=", "mode=", "more:=", "tags="});
  CHECK(world.texts({"run", "store.put", "mode=n"}) == Words{"mode=new"});
  CHECK(world.texts({"run", "store.put", "force="}) == Words{"force=true", "force=false"});
  CHECK(world.texts({"run", "store.put", "tags="}) == Words{"tags=a", "tags=b"});
  CHECK(world.texts({"run", "store.put", "name="}).empty());
  CHECK(world.complete({"node", "ls", "--on", "@/et"}).files_after == 1);
  const auto file = world.complete({"run", "store.put", "name=@/et"});
  CHECK(file.files);
  CHECK(file.files_after == 6);
  CHECK(world.complete({"run", "store.put", "@"}).files_after == 1);
}

TEST_CASE("behind a -- stands the program's own business", "[unit][cli]") {
  World world;
  CHECK(world.texts({"exec", "--on", "all", "--", "ls", "--"}).empty());
  CHECK(world.texts({"exec", "--on", "all", ""}) == Words{"--"});
}

TEST_CASE("without a fleet nothing is completed", "[unit][cli]") {
  const Names none([] { return nullptr; });
  CHECK(none.nodes("").empty());
  CHECK(none.operations("store.").empty());
}

TEST_CASE("a controller that does not answer completes nothing", "[unit][cli]") {
  World world;
  world.fleet.answers.clear();
  for (const auto& words : std::vector<Words>{{"node", "show", ""},
                                              {"run", ""},
                                              {"run", "store.put", ""},
                                              {"job", "show", ""},
                                              {"group", "rm", ""},
                                              {"node", "ls", "--on", "role="}}) {
    CHECK(world.texts(words).empty());
  }
}

TEST_CASE("a selector is completed where a term may stand", "[unit][cli]") {
  World world;
  CHECK(world.selector("ro") == Words{"role="});
  CHECK(world.selector("role=w") == Words{"role=web"});
  CHECK(world.selector("not role!=w") == Words{"not role!=web"});
  CHECK(world.selector("(role=web and no") == Words{"(role=web and not ", "(role=web and node:"});
  CHECK(world.selector("node:w") == Words{"node:web1", "node:web2"});
  CHECK(world.selector("group:") == Words{"group:front"});
  CHECK(world.selector("os.") == Words{"os.id", "os.version"});
  CHECK(world.selector("os.version>=") == Words{"os.version>=12"});
  CHECK(world.selector("role=web ") == Words{"role=web and ", "role=web or "});
  CHECK(world.selector("role=web a") == Words{"role=web and "});
  const auto all = world.selector("");
  CHECK(std::count(all.begin(), all.end(), "os.") == 1);
  CHECK(std::count(all.begin(), all.end(), "canary=") == 1);
  CHECK(std::count(all.begin(), all.end(), "all") == 1);
}

TEST_CASE("facts of which there are too many are completed bit by bit", "[unit][cli]") {
  World world;
  world.fleet.answers["/v1/names?kind=fact"] =
      json::parse(R"({"names": [{"name": "os.id", "nodes": 3}],
                      "prefixes": [{"prefix": "d", "names": 80}, {"prefix": "os.v", "names": 70}]})");
  const auto all = world.selector("");
  CHECK(std::count(all.begin(), all.end(), "d") == 1);
  CHECK(std::count(all.begin(), all.end(), "os.") == 1);
  CHECK(std::count(all.begin(), all.end(), "") == 0);
}

TEST_CASE("a value that needs quotes has them", "[unit][cli]") {
  World world;
  CHECK(world.selector("role=") == Words{"role=db", "role=\"two words\"", "role=web"});
  CHECK(world.selector("role=\"two") == Words{"role=\"two words\""});
  CHECK(world.selector("role=\"w") == Words{"role=\"web\""});
  CHECK(world.selector("role=\"two words\" a") == Words{"role=\"two words\" and "});
}

TEST_CASE("lists and functions of a selector are completed inside", "[unit][cli]") {
  World world;
  CHECK(world.selector("role in (w") == Words{"role in (web"});
  CHECK(world.selector("role not in (db, w") == Words{"role not in (db, web"});
  CHECK(world.selector("role in (web ").empty());
  CHECK(world.selector("last(store.p") == Words{"last(store.put)"});
  CHECK(world.selector("last(j") == Words{"last(job)"});
  CHECK(world.selector("age(os.") == Words{"age(os.id)", "age(os.version)"});
  CHECK(world.selector("role in (web) and ro") == Words{"role in (web) and role="});
}
