#include <muster/core/base/near_name.hpp>

#include "catch.hpp"

using namespace muster;

TEST_CASE("the nearest name is found, and none that is far", "[unit][base]") {
  const std::vector<std::string> names{"exec", "event", "node ls", "node label"};
  CHECK(near_name("exce", names) == "exec");
  CHECK(near_name("node list", names) == "node ls");
  CHECK(near_name("nonsense", names).empty());
  CHECK(near_name("web1x", {"web1", "web22"}) == "web1");  // not the last that is near
  CHECK(near_name(std::string(257, 'x'), {std::string(256, 'x')}).empty());
  CHECK(near_name(std::string(256, 'x'), {std::string(257, 'x')}).empty());
  CHECK(did_you_mean("exce", names) == "; did you mean exec?");
  CHECK(did_you_mean("nonsense", names).empty());
}

TEST_CASE("a short word is near to fewer, and not to all of its length", "[unit][base]") {
  CHECK(near_name("os", {"x", "y"}).empty());
  CHECK(near_name("o", {"x"}).empty());
  CHECK(near_name("set", {"absent"}).empty());
  CHECK(near_name("nodee", {"node"}) == "node");
}

TEST_CASE("what both begin with does not make names near", "[unit][base]") {
  const std::vector<std::string> names{"system.user.absent", "system.user.present"};
  CHECK(near_name("system.user.create", names).empty());
  CHECK(near_name("system.user.presnet", names) == "system.user.present");
  CHECK(near_name("sistem.user.present", names) == "system.user.present");
}

TEST_CASE("case says nothing", "[unit][base]") {
  CHECK(near_name("ROLE", {"zone", "role"}) == "role");
}
