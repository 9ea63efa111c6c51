#include "jobs/sample.hpp"

#include <algorithm>

#include "catch.hpp"

namespace muster::controller {
namespace {

/// Nodes that live as long as the test.
struct Nodes {
  explicit Nodes(std::size_t count) : nodes(count) {
    for (auto& node : nodes) {
      node.record.id = NodeId::random();
      all.push_back(&node);
    }
  }
  std::vector<const Node*> sample(const std::string& size, const std::string& seed) const {
    auto chosen = all;
    keep_sample(chosen, parse_sample_size(size).value(), seed);
    return chosen;
  }
  std::vector<Node> nodes;
  std::vector<const Node*> all;
};

TEST_CASE("a sample has the size that was asked for, rounded up", "[unit][controller]") {
  const Nodes fleet(30);
  CHECK(fleet.sample("5", "s").size() == 5);
  CHECK(fleet.sample("5%", "s").size() == 2);
  CHECK(fleet.sample("1%", "s").size() == 1);
  CHECK(fleet.sample("100%", "s") == fleet.all);
  CHECK(fleet.sample("31", "s") == fleet.all);
}

TEST_CASE("the same seed chooses the same, another seed others, a larger sample more",
          "[unit][controller]") {
  const Nodes fleet(200);
  const auto chosen = fleet.sample("10%", "s");
  CHECK(fleet.sample("10%", "s") == chosen);
  CHECK(fleet.sample("10%", "t") != chosen);
  const auto more = fleet.sample("20%", "s");
  for (const auto* node : chosen) CHECK(std::find(more.begin(), more.end(), node) != more.end());
  CHECK(std::is_sorted(chosen.begin(), chosen.end()));  // in the order that they had
}

TEST_CASE("a text that is no number of nodes is no size", "[unit][controller]") {
  for (const auto* text :
       {"", "0", "-1", "5 %", "%", "101%", "0%", "1.5", "five", "99999999999999999999", "5%%"}) {
    INFO(text);
    CHECK_FALSE(parse_sample_size(text));
  }
}

}  // namespace
}  // namespace muster::controller
