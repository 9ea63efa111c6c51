#include <muster/core/selector/selector.hpp>
#include <random>
#include <string>

#include "catch.hpp"

using namespace muster;
using selector::Selector;

namespace {

std::string canonical(const std::string& text) { return Selector::parse(text).value().text(); }

}  // namespace

TEST_CASE("not binds tighter than and, and tighter than or", "[unit][selector]") {
  using Row = std::pair<std::string, std::string>;
  const auto [text, expected] = GENERATE(
      Row{"all", "all"}, Row{" node : web1 ", "node:web1"}, Row{"node:\"a b\"", "node:\"a b\""},
      Row{"role=web", "role=web"}, Row{"role != \"web\"", "role!=web"}, Row{"canary", "canary"},
      Row{"os.name=debian", "os.name=debian"},
      Row{"team/sub-group_1=x/y-z.1", "team/sub-group_1=x/y-z.1"},
      Row{"a or b and c", "a or b and c"}, Row{"a or (b and c)", "a or b and c"},
      Row{"(a or b) and c", "(a or b) and c"}, Row{"not a and b", "not a and b"},
      Row{"not (a and b)", "not (a and b)"}, Row{"not not a", "not not a"},
      Row{"not (not a)", "not not a"}, Row{"((a)) and (b and (c))", "a and b and c"},
      Row{"a or (b or c)", "a or b or c"}, Row{"x=\"\"", "x=\"\""},
      Row{"x=\"q\\\"\\\\\"", "x=\"q\\\"\\\\\""}, Row{"x=and", "x=and"},
      Row{"x=all and y", "x=all and y"}, Row{"node", "node"}, Row{"a\n\tand\r\nb", "a and b"},
      Row{"x=\"\xC3\xA9\"", "x=\"\xC3\xA9\""});
  CAPTURE(text);
  CHECK(canonical(text) == expected);
  CHECK(Selector::parse(expected).value() == Selector::parse(text).value());
}

TEST_CASE("the tree says what each term is", "[unit][selector]") {
  using namespace selector;
  const auto root =
      Selector::parse("role=web and not os.name!=debian or node:n1").value().expression();
  REQUIRE(root.kind == Kind::Or);
  REQUIRE(root.children.size() == 2);
  CHECK(root.children[1] == Expression{Kind::Node, {}, "n1", {}, {}});
  const auto& both = root.children[0];
  REQUIRE(both.kind == Kind::And);
  CHECK(both.children[0] == Expression{Kind::Label, Test::Equal, "role", "web", {}});
  REQUIRE(both.children[1].kind == Kind::Not);
  CHECK(both.children[1].children[0] ==
        Expression{Kind::Fact, Test::NotEqual, "os.name", "debian", {}});
}

TEST_CASE("a selector of 4 KiB is read and a longer one is refused", "[unit][selector]") {
  std::string text(selector::kMaxTextBytes, 'a');
  CHECK(Selector::parse(text));
  text += 'a';
  CHECK(Selector::parse(text).error().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("parentheses and not may be nested 64 deep together and no deeper", "[unit][selector]") {
  const std::string open = GENERATE("(", "not ");
  const auto nested = [&open](int levels) {
    std::string text;
    for (int i = 0; i < levels; ++i) text += open;
    return text + "a" + std::string(open == "(" ? static_cast<std::size_t>(levels) : 0, ')');
  };
  CHECK(Selector::parse(nested(selector::kMaxDepth - 1)));
  const auto refused = Selector::parse(nested(selector::kMaxDepth));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("random text is a selector that prints and parses again, or an error with its place",
          "[unit][selector]") {
  std::mt19937 random(20260102);
  const std::vector<std::string> pieces{
      "a", "b.c", "and",     "or", "not", "all", "node", ":",  "=",        "!=",   "(",    ")",
      " ", " ",   "\"x y\"", "\"", "\\",  "==",  "!",    "&&", "\xC3\xA9", "\xFF", "\x01", "web"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto count = random() % 14; count > 0; --count) text += pieces[random() % pieces.size()];
    selector::SyntaxError where;
    const auto parsed = Selector::parse(text, &where);
    INFO(text);
    if (parsed) {
      REQUIRE(Selector::parse(parsed->text()).value() == *parsed);
    } else {
      REQUIRE(where.offset <= text.size());
      REQUIRE(parsed.error().message == where.sentence + "\n" + where.caret);
    }
  }
}
