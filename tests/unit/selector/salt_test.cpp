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
  const auto [compound, text] = GENERATE(
      Row{"*", "all"}, Row{"web1", "node:web1"}, Row{"web*", "node:web*"},
      Row{"G@os:Debian and web* or not L@db1,db2",
          "os.id=debian and node:web* or not node in (\"db1\", \"db2\")"},
      Row{"( web1 or web2 ) and G@role:x*", "(node:web1 or node:web2) and role=x*"},
      Row{"(web1 or web2) and not (db1)", "(node:web1 or node:web2) and not (node:db1)"},
      Row{"E@web-dc1-srv.*", "node=~\"^(?:web-dc1-srv.*)\""},
      Row{"P@osrelease:1[12]", "os.version=~\"(?i)^(?:1[12])\""},
      Row{"E@db-\\d+", "node=~\"^(?:db-\\\\d+)\""}, Row{"S@192.168.1.0/24", "cidr(192.168.1.0/24)"},
      Row{"S@10.0.0.1", "cidr(10.0.0.1)"},
      Row{"N@webs and G@kernelrelease:6.1", "group:webs and kernel.release=6.1"},
      Row{"G@id:web*", "node:web*"}, Row{"G@env:*", "env"},
      Row{"node-[1-3]", "node=~\"^(?:node-[1-3]$)\""},
      Row{"web[!1]*.a?", "node=~\"^(?:web[^1].*\\\\.a.$)\""},
      Row{"web[]^]", "node=~\"^(?:web[\\\\]\\\\^]$)\""},
      Row{"web[!]1]", "node=~\"^(?:web[^\\\\]1]$)\""}, Row{"web[1", "node=~\"^(?:web\\\\[1$)\""},
      Row{"G@role:web[12]", "role=~\"^(?:web[12]$)\""},
      Row{"G@os:[Rr]ed*", "os.id=~\"(?i)^(?:[Rr]ed.*$|rhel$)\""});
  CAPTURE(compound);
  CHECK(translated(compound) == text);
}

TEST_CASE("Salt's grains are our facts, in the letters and with the names that those have",
          "[unit][selector]") {
  using Row = std::pair<std::string, std::string>;
  const auto [compound, text] = GENERATE(
      Row{"P@os:debian", "os.id=~\"(?i)^(?:debian)\""}, Row{"P@role:Web", "role=~\"(?i)^(?:Web)\""},
      Row{"P@os:(RedHat|CentOS)", "os.id=~\"(?i)^(?:(RedHat|CentOS)|rhel$)\""},
      Row{"P@os:.*", "os.id=~\"(?i)^(?:.*)\""}, Row{"G@os:UBUNTU", "os.id=ubuntu"},
      Row{"G@role:Web", "role=Web"}, Row{"G@os:RedHat", "os.id=rhel"},
      Row{"G@os:redhat", "os.id=rhel"}, Row{"G@os:Amazon", "os.id=amzn"},
      Row{"G@os:OEL", "os.id=ol"}, Row{"G@os:SUSE", "os.id=sles"},
      Row{"G@os:Mint", "os.id=linuxmint"}, Row{"G@os:ALT", "os.id=altlinux"},
      Row{"G@os:Red*", "os.id in (red*, rhel)"}, Row{"G@os:a*", "os.id=a*"},
      Row{"G@os:*", "os.id=*"}, Row{"G@cpuarch:x86_64", "cpu.arch=x86_64"},
      Row{"G@host:web1", "host.name=web1"}, Row{"G@nodename:web1", "host.name=web1"},
      Row{"G@id:*", "all"}, Row{"not G@id:*", "not all"});
  CAPTURE(compound);
  CHECK(translated(compound) == text);
}

TEST_CASE("a regular expression of Salt's keeps its parentheses", "[unit][selector]") {
  using Row = std::pair<std::string, std::string>;
  const auto [compound, text] =
      GENERATE(Row{"E@^(web|db)\\d+", "node=~\"^(?:^(web|db)\\\\d+)\""},
               Row{"E@(web|db).*", "node=~\"^(?:(web|db).*)\""},
               Row{"E@(web|db)", "node=~\"^(?:(web|db))\""},
               Row{"(E@(web|db)) and\r\n* ", "(node=~\"^(?:(web|db))\") and all"},
               Row{"((web1 or E@(a|b)c))", "((node:web1 or node=~\"^(?:(a|b)c)\"))"},
               Row{"E@a\\)", "node=~\"^(?:a\\\\))\""}, Row{"(E@\\(a)", "(node=~\"^(?:\\\\(a)\")"});
  CAPTURE(compound);
  CHECK(translated(compound) == text);
}

TEST_CASE("what of Salt has no counterpart is refused with its place", "[unit][selector]") {
  using Row = std::tuple<std::string, std::size_t, std::string>;
  const auto [compound, offset, hint] = GENERATE(
      Row{"", 0, "empty"}, Row{"web* and I@role:web", 9, "label the nodes"},
      Row{"R@%web", 0, "make a group"}, Row{"Q@x", 0, "no such kind"}, Row{"G@os", 0, "NAME:VALUE"},
      Row{"G@a:b:c", 0, "inside another"}, Row{"web[c-a]", 0, "regular expression"},
      Row{"S@nowhere", 0, "no network"}, Row{"a or G@", 5, "missing"},
      Row{"G@os:", 0, "value is missing"}, Row{"E@a)|(b", 0, "no regular expression"},
      Row{"(a or E@(b", 6, "no regular expression"}, Row{"L@a,,b", 0, "between commas"},
      Row{"L@a;b", 0, "between commas"}, Row{"L@web*", 0, "no patterns"},
      Row{"G@os:Debian AND node-1", 12, "small letters"}, Row{"web1  web2", 6, "and"},
      Row{"G@os:Debian and (web1", 16, "closed"}, Row{"G@os:Debian and", 15, ""},
      Row{"or G@os:Debian", 0, ""}, Row{"web1 )", 5, ""});
  CAPTURE(compound);
  selector::SyntaxError where;
  const auto refused = selector::from_salt(compound, &where);
  REQUIRE_FALSE(refused);
  CHECK(where.offset == offset);
  CHECK_THAT(where.sentence, Catch::Contains(hint));
  CHECK(refused.error().message == where.sentence + "\n" + where.caret);
}

TEST_CASE("a grain that no node tells is refused, because not of it would be every node",
          "[unit][selector]") {
  const auto* grain = GENERATE("os_family", "kernel", "osmajorrelease", "oscodename", "osfullname",
                               "ipv4", "ipv6", "fqdn", "domain", "virtual", "mem_total", "master",
                               "saltpath", "SSDs", "zmqversion");
  const auto* kind = GENERATE("G@", "P@");
  CAPTURE(grain, kind);
  selector::SyntaxError where;
  const auto refused = selector::from_salt("not " + std::string(kind) + grain + ":x", &where);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Unsupported);
  CHECK(where.offset == 4);
  CHECK_THAT(where.sentence, Catch::Contains(grain) && Catch::Contains("--on"));
}

TEST_CASE("a grain named like a word of the language is refused", "[unit][selector]") {
  const auto* grain = GENERATE("and", "or", "not", "all", "in", "node");
  const auto* value = GENERATE("*", "x");
  CAPTURE(grain, value);
  const auto refused = selector::from_salt("G@" + std::string(grain) + ":" + value);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Unsupported);
  CHECK_THAT(refused.error().message, Catch::Contains("word of the language"));
}

TEST_CASE("a word that is no minion's name is refused, because not of it would be every node",
          "[unit][selector]") {
  using Row = std::pair<std::string, std::string>;
  const auto [word, hint] = GENERATE(
      Row{"G|@os|Debian", "before the @"}, Row{"web1@x", "before the @"}, Row{"web1,web2", "L@"},
      Row{"G@id:web1,web2", "L@"}, Row{"!web1", "write not"}, Row{"=web1", "letters, digits"},
      Row{"a/b", "letters, digits"}, Row{"a+b", "letters, digits"}, Row{"web]", "letters, digits"},
      Row{"not(web1", "before this parenthesis"}, Row{"web1)and", "behind this"});
  CAPTURE(word);
  selector::SyntaxError where;
  const auto refused = selector::from_salt("not " + word, &where);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::InvalidArgument);
  CHECK(where.offset == 4);
  CHECK_THAT(where.sentence,
             Catch::StartsWith("this is no name of a minion; ") && Catch::Contains(hint));
}

TEST_CASE("a place in what a compound became is one in the compound", "[unit][selector]") {
  const std::string compound = "G@os:Debian and (N@prod or\tweb*)";
  const auto text = selector::from_salt(compound).value();
  REQUIRE(text == "os.id=debian and (group:prod or node:web*)");
  using Row = std::pair<std::string, std::size_t>;
  const auto [ours, place] =
      GENERATE(Row{"os.id", 0}, Row{"debian", 0}, Row{"and", 12}, Row{"(", 16}, Row{"group", 17},
               Row{"prod", 17}, Row{"or", 24}, Row{"node", 27}, Row{")", 31});
  CAPTURE(ours);
  const auto shown = "G@os:Debian and (N@prod or web*)\n" + std::string(place, ' ') + "^";
  CHECK(selector::caret_in_salt(compound, text.find(ours)) == shown);
}

TEST_CASE("a place behind what a compound became is one behind the compound", "[unit][selector]") {
  CHECK(selector::caret_in_salt("N@prod", 100) == "N@prod\n      ^");
  CHECK(selector::caret_in_salt("I@role:web", 0).empty());
}
