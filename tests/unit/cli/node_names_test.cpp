#include <algorithm>
#include <cli/node_names.hpp>
#include <muster/core/selector/selector.hpp>
#include <random>
#include <set>

#include "catch.hpp"

using namespace muster;
using namespace muster::cli;

namespace {

using Names = std::vector<std::string>;

std::string text_of(const Names& names) {
  std::string text;
  for (const auto& some : folded(names)) text += (text.empty() ? "" : " ") + some.text;
  return text;
}

bool matches(const std::string& text, const std::string& name) {
  const auto selector = selector::Selector::parse(text);
  INFO(text << (selector ? "" : ": " + selector.error().message));
  REQUIRE(selector);
  selector::NodeView node;
  node.name = name;
  return selector->evaluate(node) == selector::Match::Yes;
}

/// Names as people give them and as machines do, near to each other.
std::string some_name(std::mt19937& random) {
  const auto any = [&](std::initializer_list<const char*> of) {
    return std::string(*(of.begin() + std::uniform_int_distribution<std::ptrdiff_t>(
                                          0, static_cast<std::ptrdiff_t>(of.size()) - 1)(random)));
  };
  const auto number = [&] {
    return any({"", "", "0", "00"}) + std::to_string(std::uniform_int_distribution(0, 13)(random));
  };
  return any({"web", "w", "rack1-", "9"}) + number() + any({"", "-db", ".example.com", "-"}) +
         any({"", number().c_str()}) + any({"", "x"});
}

}  // namespace

TEST_CASE("names stand in the order in which people count", "[unit][cli]") {
  Names names{"node-10", "web1", "node-2", "node-1", "node", "node-02", "node-2a", "9", "10"};
  std::sort(names.begin(), names.end(), comes_before);
  CHECK(names ==
        Names{"9", "10", "node", "node-1", "node-02", "node-2", "node-2a", "node-10", "web1"});
}

TEST_CASE("names that differ in a number are folded", "[unit][cli]") {
  CHECK(text_of({"node-1", "node-10", "node-11", "node-12", "node-2", "node-3", "node-4", "node-5",
                 "node-6", "node-7", "node-8", "node-9"}) == "node-[1-12]");
  CHECK(text_of({"node-1"}) == "node-1");
  CHECK(text_of({"db1", "web1", "web3", "web4", "web9"}) == "db1 web[1,3-4,9]");
  CHECK(text_of({"n08", "n09", "n10", "n11"}) == "n[08-11]");
  CHECK(text_of({"n8", "n9", "n08", "n10"}) == "n[08,8-10]");
  CHECK(text_of({"a2-3", "a1-1", "a1-2", "a1-3", "a2-1", "a2-2"}) == "a[1-2]-[1-3]");
  CHECK(text_of({"a1-1", "a1-2", "a2-1"}) == "a1-[1-2] a2-1");
}

TEST_CASE("what cannot be read back is not folded", "[unit][cli]") {
  CHECK(text_of({"a..1", "a..2"}) == "a..1 a..2");
  CHECK(text_of({"a 1", "a 2"}) == "a 1 a 2");
  CHECK(text_of({"a[1]", "a[2]"}) == "a[1] a[2]");
  const std::string long_number(19, '1');
  CHECK(text_of({"a" + long_number, "a" + long_number + "2"}) ==
        "a" + long_number + " a" + long_number + "2");
}

TEST_CASE("the selector language reads a folded name back to exactly those that it stands for",
          "[unit][cli]") {
  std::mt19937 random(20260131);
  for (int round = 0; round < 40; ++round) {
    std::set<std::string> all;
    while (all.size() < 40) all.insert(some_name(random));
    Names chosen;
    for (const auto& name : all) {
      if (std::uniform_int_distribution(0, 1)(random) == 1) chosen.push_back(name);
    }
    std::multiset<std::string> read_back;
    std::string list;
    for (const auto& some : folded(chosen)) {
      list += (list.empty() ? "node in (" : ", ") + some.text;
      std::size_t count = 0;
      for (const auto& name : all) {
        if (!matches("node:" + some.text, name)) continue;
        read_back.insert(name);
        ++count;
      }
      CHECK(count == some.count);
    }
    CHECK(Names(read_back.begin(), read_back.end()) == chosen);
    for (const auto& name : all) CHECK(matches(list + ")", name) == (read_back.count(name) == 1));
  }
}

TEST_CASE("no bracket is longer than the language reads, and no line longer than people read",
          "[unit][cli]") {
  Names odd;
  for (int number = 1; number < 2000; number += 2) odd.push_back("node-" + std::to_string(number));
  std::size_t count = 0;
  for (const auto& some : folded(odd)) {
    CHECK(matches("node:" + some.text, "node-1") == (count == 0));
    CHECK_FALSE(matches("node:" + some.text, "node-2"));
    count += some.count;
  }
  CHECK(count == odd.size());
  const auto text = names_text(odd);
  CHECK(text.size() < 500);
  CHECK(text.ends_with(" more"));
  CHECK(names_text({"b", "a"}, 5) == "a, b and 3 more");
}
