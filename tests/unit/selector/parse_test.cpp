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
      Row{"x=\"\xC3\xA9\"", "x=\xC3\xA9"}, Row{"role=веб", "role=веб"},
      Row{"role in (веб, \"базы\")", "role in (веб, базы)"}, Row{"node:сервер", "node:сервер"},
      Row{"role=東京*", "role=東京*"}, Row{"role=~веб", "role=~\"веб\""},
      Row{"role=नमस्ते", "role=नमस्ते"}, Row{"role=می\u200Cخواهم", "role=می\u200Cخواهم"},
      Row{"role=\"\u2603\"", "role=\"\u2603\""}, Row{"node:web*", "node:web*"},
      Row{"node:web[01-20,33]", "node:web[01-20,33]"}, Row{"node:\"web*\"", "node:\"web*\""},
      Row{"node in ( web1 ,db1)", "node in (web1, db1)"}, Row{"node!=web1", "node!=web1"},
      Row{"role not in (web)", "role not in (web)"}, Row{"not role in (a)", "not role in (a)"},
      Row{"os.version >= \"12\"", "os.version>=12"}, Row{"os.version<12", "os.version<12"},
      Row{"x in (1..5, \"1..5\")", "x in (1..5, \"1..5\")"}, Row{"x=1..5", "x=1..5"},
      Row{"role=~web", "role=~\"web\""}, Row{"role!~\"^w\\\\d\"", "role!~\"^w\\\\d\""},
      Row{"cidr(10.0.0.0/8)", "cidr(10.0.0.0/8)"}, Row{"cidr(fd00::/8)", "cidr(fd00::/8)"},
      Row{"cidr(\"fd00::/8\")", "cidr(fd00::/8)"}, Row{"age(os.name) < 10m", "age(os.name)<10m"},
      Row{"last(job)=failed", "last(job)=failed"}, Row{"cidr", "cidr"}, Row{"age=5", "age=5"},
      Row{"last(a.b) in (ok, failed)", "last(a.b) in (ok, failed)"}, Row{"group", "group"});
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
  const auto term = [](Subject subject, Test test, const std::string& name,
                       const std::string& value) {
    return Expression{Kind::Term, subject, test, name, {{value, "", false}}, {}, nullptr};
  };
  CHECK(root.children[1] == term(Subject::Node, Test::Equal, "", "n1"));
  const auto& both = root.children[0];
  REQUIRE(both.kind == Kind::And);
  CHECK(both.children[0] == term(Subject::Label, Test::Equal, "role", "web"));
  REQUIRE(both.children[1].kind == Kind::Not);
  CHECK(both.children[1].children[0] == term(Subject::Fact, Test::NotEqual, "os.name", "debian"));
}

TEST_CASE("a selector of 16 KiB is read and a longer one is refused", "[unit][selector]") {
  std::string text(selector::kMaxTextBytes, 'a');
  CHECK(Selector::parse(text));
  text += 'a';
  CHECK(Selector::parse(text).error().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("a list has at most 1,000 values and a selector 256 terms", "[unit][selector]") {
  const auto list = [](int values) {
    std::string text = "x in (a";
    for (int i = 1; i < values; ++i) text += ",a";
    return text + ")";
  };
  CHECK(Selector::parse(list(1000)));
  CHECK(Selector::parse(list(1001)).error().code == ErrorCode::ResourceExhausted);
  const auto terms = [](int count) {
    std::string text = "a";
    for (int i = 1; i < count; ++i) text += " or a";
    return text;
  };
  CHECK(Selector::parse(terms(256)));
  CHECK(Selector::parse(terms(257)).error().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("regular expressions that would take long over a fleet are refused", "[unit][selector]") {
  const auto refused = [](const std::string& text) {
    const auto parsed = Selector::parse(text);
    return !parsed && parsed.error().code == ErrorCode::ResourceExhausted;
  };
  CHECK_FALSE(Selector::parse("x=~\"(.?){900}c0\""));
  CHECK(refused("x=~\"(ab?){200}c0\" or x=~\"(ab?){200}c0\" or x=~\"(ab?){200}c0\""));
  CHECK_FALSE(refused("x=~\"(.?){20}c0\""));
  std::string many = "a";
  for (int i = 0; i < 100; ++i) many += " or x=~\"(a|b)*a(a|b){10}c\"";
  CHECK(refused(many));
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
      "a",    "b.c",   "and",        "or",     "not",      "all",        "node",     ":",
      "=",    "!=",    "(",          ")",      " ",        " ",          "\"x y\"",  "\"",
      "\\",   "==",    "!",          "&&",     "\xC3\xA9", "\xFF",       "\x01",     "web",
      "in",   ",",     "<",          ">=",     "=~",       "!~",         "web*",     "w[1-3]",
      "1..2", "cidr(", "10.0.0.0/8", "age(",   "last(",    "10m",        "\"a*\"",   "~",
      "@",    "веб",   "\u202E",     "\u201C", "東",       "\"\u0301\"", "\xE2\x80", "\xE6"};
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

TEST_CASE("a written value means its text and nothing else", "[unit][selector]") {
  for (const std::string text :
       {"web",        "10.0.0.1/8", "two words", "",     "a\"b\\", "web*", "[1-3]",
        "1..2",       "-x",         "+1",        "/etc", ".",      "and",  "\xC3\xA9",
        "веб сервер", "東京",       "\u2603",    "$(x)", "a,b",    "a)b"}) {
    INFO(text);
    const auto parsed = Selector::parse("role=" + selector::written_value(text));
    REQUIRE(parsed);
    selector::NodeView node;
    std::string value = text;
    node.label = [&](std::string_view) { return std::optional<std::string_view>(value); };
    CHECK(parsed->evaluate(node) == selector::Match::Yes);
    value += "x";
    CHECK(parsed->evaluate(node) == selector::Match::No);
  }
  CHECK(selector::written_value("web-1.x/y+z_") == "web-1.x/y+z_");
  CHECK(selector::written_value("a b") == "\"a b\"");
}
