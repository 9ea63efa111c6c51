#include "fleet/names.hpp"

#include "catch.hpp"

using namespace muster::controller;

namespace {

NameCounts counts(const std::vector<std::string>& names) {
  NameCounts counts;
  for (const auto& name : names) counts[name] = 1;
  return counts;
}

/// "web0+" is the beginning of several.
std::vector<std::string> shown(const std::vector<std::string>& names, std::size_t limit) {
  std::vector<std::string> texts;
  for (const auto& name : few_names(counts(names), limit)) {
    texts.push_back(name.text + (name.cut ? "+" + std::to_string(name.count) : ""));
  }
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("names that are few enough are given whole", "[unit][fleet]") {
  CHECK(shown({"db1", "web1", "web2"}, 3) == Texts{"db1", "web1", "web2"});
  CHECK(shown({}, 1).empty());
}

TEST_CASE("names that are too many are cut to what still tells so many apart", "[unit][fleet]") {
  const Texts names{"db1", "web01", "web02", "web11", "web12"};
  CHECK(shown(names, 4) == Texts{"db1", "web0+2", "web1+2"});
  CHECK(shown(names, 3) == Texts{"db1", "web0+2", "web1+2"});
  CHECK(shown(names, 2) == Texts{"db1", "web+4"});
  CHECK(shown(names, 1) == Texts{"+5"});
}

TEST_CASE("a name that is alone with its beginning is given whole", "[unit][fleet]") {
  CHECK(shown({"database-1", "web-1", "web-2"}, 2) == Texts{"database-1", "web-+2"});
}

TEST_CASE("a name that is itself the beginning of others stands for all of them", "[unit][fleet]") {
  CHECK(shown({"web", "web1", "web2"}, 2) == Texts{"web+3"});
  CHECK(shown({"a", "web", "web1", "web2"}, 3) == Texts{"a", "web+3"});
}

TEST_CASE("a character is never cut in two", "[unit][fleet]") {
  // The first two differ in the second byte of their second character.
  const Texts names{"a\xC3\xA4", "a\xC3\xB6", "a\xC3\xBC"};
  CHECK(shown(names, 2) == Texts{"a+3"});
}

TEST_CASE("names, labels, facts and their values are collected by what they begin with",
          "[unit][fleet]") {
  Node web1;
  web1.record.name = "web1";
  web1.record.labels = {{"role", "web"}, {"rollout", ""}};
  web1.record.facts = {{"os.id", "debian"}};
  Node db1;
  db1.record.name = "db1";
  db1.record.labels = {{"role", "db"}};
  const std::vector<const Node*> nodes{&db1, &web1};
  using Kind = NamesWanted::Kind;
  CHECK(collect_names(nodes, {Kind::Node, "", "w"}) == NameCounts{{"web1", 1}});
  CHECK(collect_names(nodes, {Kind::Label, "", "rol"}) == NameCounts{{"role", 2}, {"rollout", 1}});
  CHECK(collect_names(nodes, {Kind::Label, "role", ""}) == NameCounts{{"db", 1}, {"web", 1}});
  CHECK(collect_names(nodes, {Kind::Fact, "", "os"}) == NameCounts{{"os.id", 1}});
  CHECK(collect_names(nodes, {Kind::Fact, "os.id", "x"}).empty());
}
