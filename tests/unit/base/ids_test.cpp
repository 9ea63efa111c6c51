#include <muster/core/base/ids.hpp>
#include <set>

#include "catch.hpp"

using namespace muster;

TEST_CASE("an id's text parses back to the same id", "[unit][base]") {
  const auto id = NodeId::random();
  CHECK(NodeId::parse(id.text()) == id);
  CHECK(id.text()[14] == '4');
}

TEST_CASE("text that is not an id is refused", "[unit][base]") {
  const std::string text = GENERATE(
      "", "0123", "00000000-0000-4000-8000-00000000000", "00000000x0000-4000-8000-000000000000",
      "00000000-0000-4000-8000-00000000000g", "../../../../../../../../etc/passwd..");
  CHECK_FALSE(NodeId::parse(text).has_value());
}

TEST_CASE("random ids differ", "[unit][base]") {
  std::set<TaskId> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(TaskId::random());
  CHECK(seen.size() == 1000);
}
