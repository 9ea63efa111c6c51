#include <map>
#include <muster/core/selector/selector.hpp>
#include <string>
#include <tuple>

#include "catch.hpp"

using namespace muster;
using selector::Match;

namespace {

using Names = std::map<std::string, std::string, std::less<>>;

/// web1: role=web, canary, empty, version=1.4; some facts, of which load.now is stale.
struct Web1 {
  Names labels{{"role", "web"}, {"canary", ""}, {"version", "1.4"}};
  Names facts{{"os.name", "debian"},
              {"os.version", "12.10"},
              {"mem.total", "8GiB"},
              {"mem.free", "1073741824"},
              {"disk.kind", "?"},
              {"kernel.release", "6.1.0-13-amd64"},
              {"load.now", "3"},
              {"app.built", "2026-02-01"},
              {"net.addresses", "10.1.2.3,fe80::1"}};
  Names last{{"job", "failed"}, {"docker.run", "ok"}};

  [[nodiscard]] selector::NodeView view() const {
    selector::NodeView view;
    view.name = "web1";
    view.label = look_up(labels);
    view.last = look_up(last);
    view.fact = [this](std::string_view name) -> std::optional<selector::FactView> {
      const auto found = facts.find(name);
      if (found == facts.end()) return std::nullopt;
      return selector::FactView{found->second, std::chrono::minutes(5), name == "load.now"};
    };
    return view;
  }

 private:
  static std::function<std::optional<std::string_view>(std::string_view)> look_up(
      const Names& names) {
    return [&names](std::string_view name) -> std::optional<std::string_view> {
      const auto found = names.find(name);
      if (found == names.end()) return std::nullopt;
      return found->second;
    };
  }
};

Match match(const std::string& text) {
  const Web1 web1;
  return selector::Selector::parse(text).value().evaluate(web1.view());
}

}  // namespace

TEST_CASE("a term matches by name, label or fact", "[unit][selector]") {
  using Row = std::pair<std::string, Match>;
  const auto [text, expected] =
      GENERATE(Row{"all", Match::Yes}, Row{"node:web1", Match::Yes}, Row{"node:web2", Match::No},
               Row{"node:Web1", Match::No}, Row{"role=web", Match::Yes}, Row{"role=db", Match::No},
               Row{"role!=web", Match::No}, Row{"role!=db", Match::Yes}, Row{"role", Match::Yes},
               Row{"canary", Match::Yes}, Row{"canary=\"\"", Match::Yes}, Row{"zone", Match::No},
               Row{"zone=a", Match::No}, Row{"zone=\"\"", Match::No}, Row{"zone!=a", Match::Yes},
               Row{"os.name=debian", Match::Yes}, Row{"os.name=fedora", Match::No},
               Row{"os.name!=fedora", Match::Yes}, Row{"os.name!=debian", Match::No},
               Row{"os.name", Match::Yes}, Row{"os.age", Match::Unknown},
               Row{"os.age=1", Match::Unknown}, Row{"os.age!=1", Match::Unknown});
  CAPTURE(text);
  CHECK(match(text) == expected);
}

TEST_CASE("a value may be a pattern, a set of numbers, a range or a list", "[unit][selector]") {
  using Row = std::pair<std::string, Match>;
  const auto [text, expected] = GENERATE(
      Row{"node:web*", Match::Yes}, Row{"node:*1", Match::Yes}, Row{"node:*", Match::Yes},
      Row{"node:w?b1", Match::Yes}, Row{"node:web", Match::No}, Row{"node:web[1-20]", Match::Yes},
      Row{"node:web[2-20,1]", Match::Yes}, Row{"node:web[2-20]", Match::No},
      Row{"node:web[01-20]", Match::No}, Row{"node:\"web*\"", Match::No},
      Row{"node in (db1, web1)", Match::Yes}, Row{"node not in (db*, web*)", Match::No},
      Row{"node!=web1", Match::No}, Row{"role in (web, db)", Match::Yes},
      Row{"role in (db)", Match::No}, Row{"role not in (db)", Match::Yes},
      Row{"zone in (a)", Match::No}, Row{"zone not in (a)", Match::Yes},
      Row{"version in (1.2..1.4)", Match::Yes}, Row{"version=1.5..2", Match::No},
      Row{"role=w*b", Match::Yes}, Row{"role!=w*b", Match::No}, Row{"role=~\"^w\"", Match::Yes},
      Row{"role=~e", Match::Yes}, Row{"role=~\"^e\"", Match::No}, Row{"role!~x", Match::Yes},
      Row{"zone=~a", Match::No}, Row{"zone!~a", Match::Yes}, Row{"node=~\"b\\\\d$\"", Match::Yes},
      Row{"os.name in (debian, ubuntu)", Match::Yes}, Row{"os.age in (1)", Match::Unknown});
  CAPTURE(text);
  CHECK(match(text) == expected);
}

TEST_CASE("versions and sizes are compared by what they mean", "[unit][selector]") {
  using Row = std::pair<std::string, Match>;
  const auto [text, expected] = GENERATE(
      Row{"os.version>12.9", Match::Yes}, Row{"os.version>=12.10", Match::Yes},
      Row{"os.version>12.10", Match::No}, Row{"os.version<12.10", Match::No},
      Row{"os.version<=12.10", Match::Yes}, Row{"os.version<13", Match::Yes},
      Row{"version<2", Match::Yes}, Row{"zone<2", Match::No}, Row{"os.age>1", Match::Unknown},
      Row{"mem.total>=8GiB", Match::Yes}, Row{"mem.total>8GiB", Match::No},
      Row{"mem.free<2GiB", Match::Yes}, Row{"mem.free>=1GiB", Match::Yes},
      Row{"disk.kind>1GiB", Match::Unknown}, Row{"canary>1GiB", Match::Unknown},
      Row{"mem.free=512MiB..16GiB", Match::Yes}, Row{"mem.free=2GiB..16GiB", Match::No},
      Row{"mem.free!=512MiB..16GiB", Match::No}, Row{"mem.free=1GiB", Match::Yes},
      Row{"mem.total in (1GiB, 8GiB)", Match::Yes}, Row{"role<2", Match::Unknown},
      Row{"role<x", Match::Yes}, Row{"role=1..4", Match::No}, Row{"canary<12", Match::Unknown},
      Row{"version>=v1.4", Match::Yes}, Row{"disk.kind!=1GiB..2GiB", Match::Yes});
  CAPTURE(text);
  CHECK(match(text) == expected);
}

TEST_CASE("a set of numbers takes whole numbers of the name", "[unit][selector]") {
  using Row = std::tuple<std::string, std::string, bool>;
  const auto [name, pattern, expected] = GENERATE(
      Row{"web99", "web[01-100]", true}, Row{"web100", "web[01-100]", true},
      Row{"web101", "web[01-100]", false}, Row{"web1", "web[01-100]", false},
      Row{"web13", "web*[1-3]", false}, Row{"web-3", "web*[1-3]", true},
      Row{"web13", "web*[11-13]", true}, Row{"web5", "web[5]*", true},
      Row{"web55", "web[5]*", false}, Row{"a-\xE6\x97\xA5", "a-?", true},
      Row{"\xE6\x97\xA5", "*??", false}, Row{"ab", "*??", true}, Row{"aXbXc", "a*X*c", true});
  CAPTURE(name, pattern);
  selector::NodeView view;
  view.name = name;
  const auto match = selector::Selector::parse("node:\"x\" or node:" + pattern).value();
  CHECK(match.evaluate(view) == (expected ? Match::Yes : Match::No));
}

TEST_CASE("of two versions the one that people would call newer is more", "[unit][selector]") {
  const std::vector<std::string> rising{"1.0-alpha", "1.0-BETA2", "1.0-rc1", "1.0", "1.0.1",
                                        "1.0.2a",    "1.0.2b",    "1.2",     "1.9", "1.10",
                                        "2",         "02.1",      "10.0.0"};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    for (std::size_t j = 0; j < rising.size(); ++j) {
      Web1 node;
      node.labels["version"] = rising[i];
      const auto less =
          selector::Selector::parse("version<\"" + rising[j] + "\"").value().evaluate(node.view());
      INFO(rising[i] << " < " << rising[j]);
      CHECK(less == (i < j ? Match::Yes : Match::No));
    }
  }
}

TEST_CASE("a number is neither more nor less than a bound that is none", "[unit][selector]") {
  using Row = std::pair<std::string, Match>;
  const auto [text, expected] = GENERATE(
      Row{"mem.free>=999gigs", Match::Unknown}, Row{"mem.free>=1e30", Match::Unknown},
      Row{"mem.free>1.5gigs", Match::Unknown}, Row{"mem.free>1h", Match::Unknown},
      Row{"mem.free>2026-01-01", Match::Unknown}, Row{"mem.free<=two", Match::Unknown},
      Row{"mem.free>=\"1.5 gigs\"", Match::Unknown}, Row{"mem.free>=1.5-gigs", Match::Unknown},
      Row{"mem.free>=1.5h", Match::Unknown}, Row{"os.version>twelve", Match::Unknown},
      Row{"os.version<13-rc1", Match::Yes}, Row{"os.version>=\"12~1\"", Match::Yes},
      Row{"os.version<12.10p1", Match::Yes}, Row{"os.version<12.10a", Match::Yes},
      Row{"os.version<\"1:2.3-4\"", Match::No}, Row{"not os.version<twelve", Match::Unknown},
      Row{"os.version>=12.9-rc1", Match::Yes}, Row{"os.version<12.11rc1", Match::Yes},
      Row{"os.version<12.10.1a", Match::Yes}, Row{"mem.free>v12", Match::Yes},
      Row{"mem.free>=1073741824.0", Match::No}, Row{"kernel.release>=6.1.0-9-amd64", Match::Yes},
      Row{"kernel.release>6.1.0-13-amd64", Match::No}, Row{"kernel.release>5.x", Match::Yes},
      Row{"kernel.release>6", Match::Yes}, Row{"kernel.release<two", Match::Unknown},
      Row{"kernel.release>=bookworm", Match::Unknown},
      Row{"kernel.release<2026-01-01", Match::Unknown}, Row{"kernel.release>=six", Match::Unknown},
      Row{"app.built>2026-01-01", Match::Yes}, Row{"app.built<2026-01-01T12", Match::No},
      Row{"app.built>6.1", Match::Unknown}, Row{"mem.free!=1..2e30", Match::Unknown},
      Row{"mem.free=1..2e30", Match::Unknown},
      Row{"mem.free!=2026-01-01..2026-12-31", Match::Unknown},
      Row{"mem.free not in (3, 2026-01-01..2026-12-31)", Match::Unknown},
      Row{"mem.free in (2026-01-01..2026-12-31, 1073741824)", Match::Yes},
      Row{"mem.free not in (2026-01-01..2026-12-31, 107*)", Match::No},
      Row{"mem.free!=a..b", Match::Unknown}, Row{"os.version!=1.5h..2h", Match::Unknown},
      Row{"mem.free>2026.01.01", Match::Unknown}, Row{"mem.free<01.01.2026", Match::Unknown},
      Row{"mem.free!=2026.01.01..2026.12.31", Match::Unknown},
      Row{"os.version<12.10.1", Match::Yes}, Row{"os.version!=12.9.1..12.10.1", Match::No});
  CAPTURE(text);
  CHECK(match(text) == expected);
}

TEST_CASE("what a selector leaves out is told one by one", "[unit][selector]") {
  const auto left_out = [](const std::string& text) {
    std::vector<std::string> each;
    for (const auto& one : selector::Selector::parse(text).value().exclusions(5)) {
      each.push_back(one.text());
    }
    return each;
  };
  using Texts = std::vector<std::string>;
  CHECK(left_out("role=web and os.version>12 or canary").empty());
  CHECK(left_out("role!=web and not env in (a, b*)") == Texts{"role=web", "env=a", "env=b*"});
  CHECK(left_out("not (role!=web or node:db*)") == Texts{"node:db*"});
  CHECK(left_out("not not role=web").empty());
  CHECK(left_out("role!~x and not cidr(10.0.0.0/8) and not os.version<12") ==
        Texts{"role=~\"x\"", "cidr(10.0.0.0/8)", "os.version<12"});
  CHECK(left_out("not canary and not last(job)=ok and not age(os.id)<1h").empty());
  CHECK(left_out("a not in (1, 2, 3, 4, 5, 6)").size() == 5);
  CHECK(selector::Selector::parse("role!=web")->exclusions(1).front().evaluate(Web1().view()) ==
        Match::Yes);
}

TEST_CASE("cidr looks at every address of the node", "[unit][selector]") {
  using Row = std::pair<std::string, Match>;
  const auto [text, expected] =
      GENERATE(Row{"cidr(10.0.0.0/8)", Match::Yes}, Row{"cidr(10.1.2.3)", Match::Yes},
               Row{"cidr(10.1.2.4/32)", Match::No}, Row{"cidr(10.1.2.0/30)", Match::Yes},
               Row{"cidr(10.1.2.4/30)", Match::No}, Row{"cidr(0.0.0.0/0)", Match::Yes},
               Row{"cidr(fe80::/10)", Match::Yes}, Row{"cidr(fd00::/8)", Match::No},
               Row{"not cidr(11.0.0.0/8)", Match::Yes});
  CAPTURE(text);
  CHECK(match(text) == expected);
  CHECK(selector::Selector::parse(text).value().evaluate({}) == Match::Unknown);
}

TEST_CASE("the age of a fact can be asked for, and a stale one says nothing else",
          "[unit][selector]") {
  using Row = std::pair<std::string, Match>;
  const auto [text, expected] =
      GENERATE(Row{"age(os.name)<10m", Match::Yes}, Row{"age(os.name)<5m", Match::No},
               Row{"age(os.name)>=300s", Match::Yes}, Row{"age(os.age)<1h", Match::Unknown},
               Row{"age(load.now)<10m", Match::Yes}, Row{"load.now=3", Match::Unknown},
               Row{"load.now!=3", Match::Unknown}, Row{"load.now", Match::Unknown});
  CAPTURE(text);
  CHECK(match(text) == expected);
}

TEST_CASE("how a node's last task ended can be asked for", "[unit][selector]") {
  using Row = std::pair<std::string, Match>;
  const auto [text, expected] = GENERATE(
      Row{"last(job)=failed", Match::Yes}, Row{"last(job)!=failed", Match::No},
      Row{"last(docker.run) in (ok, changed)", Match::Yes},
      Row{"last(docker.rm)=ok", Match::Unknown}, Row{"last(docker.rm)!=ok", Match::Unknown});
  CAPTURE(text);
  CHECK(match(text) == expected);
}

TEST_CASE("what made a node unknown is told, and nothing that made no difference",
          "[unit][selector]") {
  using selector::Subject;
  using selector::Untold;
  using Why = Untold::Why;
  const Web1 web1;
  const auto untold = [&](const std::string& text) {
    std::vector<Untold> reasons;
    (void)selector::Selector::parse(text).value().evaluate(web1.view(), &reasons);
    return reasons;
  };
  CHECK(untold("os.age>1") == std::vector{Untold{Subject::Fact, "os.age", Why::Missing}});
  CHECK(untold("load.now=3") == std::vector{Untold{Subject::Fact, "load.now", Why::Stale,
                                                   web1.view().fact("load.now")->age}});
  CHECK(untold("disk.kind>1GiB") ==
        std::vector{Untold{Subject::Fact, "disk.kind", Why::NotComparable}});
  CHECK(untold("mem.free>9gigs") ==
        std::vector{Untold{Subject::Fact, "mem.free", Why::BoundNotComparable, {}, "9gigs"}});
  CHECK(untold("mem.free not in (1, 2..3x, 4h..5h)") ==
        std::vector{Untold{Subject::Fact, "mem.free", Why::BoundNotComparable, {}, "3x"}});
  CHECK(untold("last(x)=ok") == std::vector{Untold{Subject::Last, "x", Why::Missing}});
  CHECK(untold("os.age=1 and os.more=2").size() == 2);
  CHECK(untold("os.age=1 or role=web").empty());
  CHECK(untold("os.age=1 and role=db").empty());
}

TEST_CASE("groups mean what the vocabulary says, also within each other", "[unit][selector]") {
  std::map<std::string, std::string, std::less<>> groups{{"web", "role=web"},
                                                         {"both", "group:web and not canary"},
                                                         {"loop", "group:loop"},
                                                         {"broken", "role="}};
  selector::Vocabulary vocabulary;
  vocabulary.group = [&](std::string_view name) -> Result<std::string> {
    const auto found = groups.find(name);
    if (found == groups.end()) return fail(ErrorCode::NotFound, "there is no group of that name");
    return found->second;
  };
  const auto parse = [&](const std::string& text) {
    return selector::Selector::parse(text, nullptr, vocabulary);
  };
  const Web1 web1;
  CHECK(parse("group:web").value().evaluate(web1.view()) == Match::Yes);
  CHECK(parse("group:both").value().evaluate(web1.view()) == Match::No);
  CHECK(parse("group:both or all").value().text() == "group:both or all");
  CHECK_THAT(parse("group:loop").error().message, Catch::Contains("more than 8 deep"));
  CHECK_THAT(parse("group:broken").error().message,
             Catch::Contains("the group broken is \"role=\", in which a value is missing"));
  CHECK_THAT(parse("a or group:x").error().message,
             Catch::StartsWith("there is no group of that name\na or group:x\n           ^"));
}

TEST_CASE("a fact or state that the vocabulary does not know is refused in its place",
          "[unit][selector]") {
  selector::Vocabulary vocabulary;
  const auto only = [](const std::string& known) {
    return [known](std::string_view name) -> Status {
      if (name == known) return {};
      return fail(ErrorCode::NotFound, "unknown: " + std::string(name));
    };
  };
  vocabulary.fact = only("os.name");
  vocabulary.state = only("failed");
  const auto offset_of = [&](const std::string& text) -> std::optional<std::size_t> {
    selector::SyntaxError where;
    if (selector::Selector::parse(text, &where, vocabulary)) return std::nullopt;
    return where.offset;
  };
  CHECK_FALSE(offset_of("os.name=x and age(os.name)<1h and last(job)=failed"));
  CHECK(offset_of("a and os.nam=x") == 6);
  CHECK(offset_of("age(os.nam)<1h") == 4);
  CHECK(offset_of("last(job)=fialed") == 10);
  CHECK(offset_of("last(job) in (failed, fialed)") == 22);
}

TEST_CASE("operators follow three-valued logic", "[unit][selector]") {
  // In the order No, Yes, Unknown.
  const std::array<std::string, 3> operands{"zone", "all", "os.age"};
  const std::array<std::array<Match, 3>, 3> both{{{Match::No, Match::No, Match::No},
                                                  {Match::No, Match::Yes, Match::Unknown},
                                                  {Match::No, Match::Unknown, Match::Unknown}}};
  const std::array<std::array<Match, 3>, 3> either{{{Match::No, Match::Yes, Match::Unknown},
                                                    {Match::Yes, Match::Yes, Match::Yes},
                                                    {Match::Unknown, Match::Yes, Match::Unknown}}};
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      CAPTURE(operands[a], operands[b]);
      CHECK(match(operands[a] + " and " + operands[b]) == both[a][b]);
      CHECK(match(operands[a] + " or " + operands[b]) == either[a][b]);
    }
  }
  CHECK(match("not zone") == Match::Yes);
  CHECK(match("not all") == Match::No);
  CHECK(match("not os.age") == Match::Unknown);
  CHECK(match("os.age and zone and all") == Match::No);
  CHECK(match("(zone or role=web) and not os.name=fedora") == Match::Yes);
}

TEST_CASE("a node view without look-ups knows nothing but its name", "[unit][selector]") {
  const auto evaluate = [](const char* text) {
    return selector::Selector::parse(text).value().evaluate({"n", {}, {}, {}});
  };
  CHECK(evaluate("role") == Match::No);
  CHECK(evaluate("os.name=x") == Match::Unknown);
  CHECK(evaluate("last(job)=ok") == Match::Unknown);
  CHECK(evaluate("node:n") == Match::Yes);
}
