#include <muster/core/selector/selector.hpp>
#include <string>
#include <tuple>

#include "catch.hpp"

using namespace muster;

namespace {

/// The compound in our words, which must parse.
std::string translated(const std::string& compound) {
  selector::Vocabulary vocabulary;
  vocabulary.group = [](std::string_view) -> Result<std::string> { return std::string("all"); };
  const auto text = selector::from_salt(compound).value();
  INFO(text);
  REQUIRE(selector::Selector::parse(text, nullptr, vocabulary));
  return text;
}

}  // namespace

TEST_CASE("Salt's compound targets are said in our words", "[unit][selector]") {
  using Row = std::pair<std::string, std::string>;
  const auto [compound, text] =
      GENERATE(Row{"*", "all"}, Row{"web1", "node:web1"}, Row{"web*", "node:web*"},
               Row{"G@os:Debian and web* or not L@db1,db2",
                   "os.id=debian and node:web* or not node in (\"db1\", \"db2\")"},
               Row{"( web1 or web2 ) and G@role:x*", "(node:web1 or node:web2) and role=x*"},
               Row{"(web1 or web2) and not (db1)", "(node:web1 or node:web2) and not (node:db1)"},
               Row{"E@web-dc1-srv.*", "node=~\"^(?:web-dc1-srv.*)\""},
               Row{"P@osrelease:1[12]", "os.version=~\"^(?:1[12])\""},
               Row{"E@db-\\d+", "node=~\"^(?:db-\\\\d+)\""},
               Row{"S@192.168.1.0/24", "cidr(192.168.1.0/24)"}, Row{"S@10.0.0.1", "cidr(10.0.0.1)"},
               Row{"N@webs and G@kernelrelease:6.1", "group:webs and kernel.release=6.1"},
               Row{"G@id:web*", "node:web*"}, Row{"G@env:*", "env"});
  CAPTURE(compound);
  CHECK(translated(compound) == text);
}

TEST_CASE("what of Salt has no counterpart is refused with its place", "[unit][selector]") {
  using Row = std::tuple<std::string, std::size_t, std::string>;
  const auto [compound, offset, hint] = GENERATE(
      Row{"", 0, "empty"}, Row{"web* and I@role:web", 9, "label the nodes"},
      Row{"R@%web", 0, "make a group"}, Row{"Q@x", 0, "no such kind"}, Row{"G@os", 0, "NAME:VALUE"},
      Row{"G@a:b:c", 0, "inside another"}, Row{"web[a-c]", 0, "regular expression"},
      Row{"S@nowhere", 0, "no network"}, Row{"a or G@", 5, "missing"});
  CAPTURE(compound);
  selector::SyntaxError where;
  const auto refused = selector::from_salt(compound, &where);
  REQUIRE_FALSE(refused);
  CHECK(where.offset == offset);
  CHECK_THAT(where.sentence, Catch::Contains(hint));
  CHECK(refused.error().message == where.sentence + "\n" + where.caret);
}
