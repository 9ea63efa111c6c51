#include <map>
#include <muster/core/selector/selector.hpp>
#include <string>
#include <tuple>

#include "catch.hpp"

using namespace muster;
using selector::Match;

namespace {

using Names = std::map<std::string, std::string, std::less<>>;

selector::NodeView::Lookup from(const Names& names) {
  return [&names](std::string_view name) -> std::optional<std::string> {
    const auto found = names.find(name);
    if (found == names.end()) return std::nullopt;
    return found->second;
  };
}

/// web1: role=web, canary, empty; os.name=debian.
Match match(const std::string& text) {
  const Names labels{{"role", "web"}, {"canary", ""}};
  const Names facts{{"os.name", "debian"}};
  return selector::Selector::parse(text).value().evaluate({"web1", from(labels), from(facts)});
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

TEST_CASE("a node view without look-ups knows no label and no fact", "[unit][selector]") {
  const auto evaluate = [](const char* text) {
    return selector::Selector::parse(text).value().evaluate({"n", {}, {}});
  };
  CHECK(evaluate("role") == Match::No);
  CHECK(evaluate("os.name=x") == Match::Unknown);
  CHECK(evaluate("node:n") == Match::Yes);
}
