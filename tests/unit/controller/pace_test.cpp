#include "jobs/pace.hpp"

#include "catch.hpp"

namespace muster::controller {
namespace {

TEST_CASE("what is dangerous goes carefully on many nodes, and only there", "[unit][controller]") {
  struct Row {
    bool dangerous;
    std::size_t targets;
    std::size_t at_once;
    std::size_t max_failed;
  };
  for (const auto& row : {Row{false, 5000, 0, 0}, Row{true, 10, 0, 0}, Row{true, 11, 1, 1},
                          Row{true, 40, 4, 2}, Row{true, 41, 4, 3}, Row{true, 5000, 500, 250}}) {
    INFO(row.dangerous << " on " << row.targets);
    const auto pace = pace_for({}, {}, row.dangerous, row.targets);
    CHECK(pace.at_once == row.at_once);
    CHECK(pace.max_failed == row.max_failed);
  }
}

TEST_CASE("who says how to go has it so", "[unit][controller]") {
  const auto pace = pace_for(SampleSize{50, true}, SampleSize{7, false}, true, 100);
  CHECK(pace.at_once == 50);
  CHECK(pace.max_failed == 7);
  CHECK(pace_for(SampleSize{3, false}, {}, false, 5).at_once == 3);
}

}  // namespace
}  // namespace muster::controller
