#include <cli/json_list.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"

using muster::cli::JsonList;
using nlohmann::json;

TEST_CASE("a list that comes in parts is the same JSON as a whole one", "[unit][cli]") {
  const auto items = GENERATE(json::array(), json::parse(R"([{"name": "a\nb", "labels": {}}])"),
                              json::parse(R"([{"a": [1, {"b": 2}]}, {}, "text"])"));
  const auto more = GENERATE(json::object(), json{{"next", {{"a", 1}}}});
  std::ostringstream out;
  JsonList list(out, "jobs");
  for (const auto& item : items) list.add(item);
  list.finish(more);
  json whole{{"jobs", items}};
  whole.update(more);
  CHECK(out.str() == whole.dump(2) + "\n");
}

TEST_CASE("a list that was not finished is no JSON", "[unit][cli]") {
  std::ostringstream out;
  JsonList list(out, "nodes");
  list.add({{"name", "web1"}});
  CHECK(json::parse(out.str(), nullptr, false).is_discarded());
}
