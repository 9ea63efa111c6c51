#include <muster/core/wire/node_name.hpp>

#include "catch.hpp"

namespace muster::wire {
namespace {

TEST_CASE("a node's name has Latin letters, and what refuses others says so", "[unit][wire]") {
  for (const auto* good : {"web1", "Web-1.example_com", "9"}) CHECK(check_node_name(good));
  CHECK(check_node_name(std::string(128, 'x')));
  CHECK_FALSE(check_node_name(std::string(129, 'x')));
  for (const auto* bad : {"", "-web", "web 1", "узел-1"}) {
    INFO(bad);
    const auto refused = check_node_name(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message ==
          "a node's name has 1 to 128 of the letters a to z and A to Z, digits and -_. and begins "
          "with a letter or digit");
  }
}

}  // namespace
}  // namespace muster::wire
