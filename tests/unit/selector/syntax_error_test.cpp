#include <muster/core/selector/selector.hpp>
#include <string>
#include <tuple>

#include "catch.hpp"

using namespace muster;

namespace {

selector::SyntaxError error_of(const std::string& text) {
  selector::SyntaxError where;
  const auto parsed = selector::Selector::parse(text, &where);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::InvalidArgument);
  CHECK(parsed.error().message == where.sentence + "\n" + where.caret);
  return where;
}

}  // namespace

TEST_CASE("common slips are told with a hint and their place", "[unit][selector]") {
  using Row = std::tuple<std::string, std::size_t, std::string>;
  const auto [text, offset, hint] = GENERATE(
      Row{"", 0, "selector is empty"}, Row{"  ", 2, "selector is empty"},
      Row{"role==web", 4, "a single ="}, Row{"a && b", 2, "write and"},
      Row{"a & b", 2, "write and"}, Row{"a || b", 2, "write or"}, Row{"a | b", 2, "write or"},
      Row{"!a", 0, "write not"}, Row{"a, b", 1, "comma"}, Row{"a b", 2, "operator is missing"},
      Row{"role=web canary", 9, "operator is missing"}, Row{"(a) (b)", 4, "operator is missing"},
      Row{"a not b", 2, "operator is missing"}, Row{"(a b)", 3, "operator is missing"},
      Row{"a AND b", 2, "lower case: and"}, Row{"NOT a", 0, "lower case: not"},
      Row{"(a or b", 0, "never closed"}, Row{"a and ((b)", 6, "never closed"},
      Row{"a)", 1, "never opened"}, Row{"()", 1, "missing before this parenthesis"},
      Row{"a and", 5, "missing at the end"}, Row{"not", 3, "missing at the end"},
      Row{"and a", 0, "missing before and"}, Row{"a or or b", 5, "missing before or"},
      Row{"role=", 5, "value is missing"}, Row{"=web", 0, "name is missing"},
      Row{"all=1", 0, "word of the language"}, Row{"a=b=c", 3, "double quotes"},
      Row{"a=b:c", 3, "double quotes"}, Row{"\"a\"=b", 0, "only a value may be quoted"},
      Row{"node:", 5, "name of a node"}, Row{"node:\"\"", 5, "name of a node"},
      Row{"node=web1", 4, "node:NAME"}, Row{"role:web", 4, "role=..."},
      Row{"a=\"b", 2, "never closed"}, Row{"a=\"\\n\"", 3, "backslash"},
      Row{"a='b'", 2, "double quotes"}, Row{"a*=web", 0, "node:a*"}, Row{"a=<12", 1, "write <="},
      Row{"a=\u00A7", 2, "double quotes"}, Row{"a=b#", 3, "no meaning"},
      Row{"a in b", 5, "in (a, b)"}, Row{"a in (b c)", 8, "comma"},
      Row{"a in (b", 7, "never closed"}, Row{"a in ()", 6, "value is missing"},
      Row{"a in (b,)", 8, "value is missing"}, Row{"a=w[1", 2, "never closed"},
      Row{"a=w]", 2, "never opened"}, Row{"a=w[a-c]", 2, "whole numbers"},
      Row{"a=w[3-1]", 2, "[3-1] ends before it begins"}, Row{"a>w*", 2, "neither less nor more"},
      Row{"a=9..1", 2, "before it begins"}, Row{"a=~\"(\"", 3, "regular expression"},
      Row{"cidr(10.0.0.0/40)", 5, "no network"}, Row{"cidr(", 5, "never closed"},
      Row{"age(os.name)", 12, "<10m"}, Row{"age(os.name)=1m", 13, "<, <=, > or >="},
      Row{"age(os.name)<soon", 13, "90s"}, Row{"last(job)", 9, "=failed"},
      Row{"group:web", 6, "no group web"}, Row{"group:", 6, "name of a group"},
      Row{"in", 0, "missing before in"}, Row{"G@os:Debian", 1, "-C"}, Row{"a<>b", 1, "write !="},
      Row{"a IN (b)", 2, "lower case: in"}, Row{"not in (a)", 4, "missing before in"},
      Row{"m>=8G", 3, "as in 8GiB"}, Row{"m>=8gb", 3, "as in 8GiB"},
      Row{"m>=1.5GiB", 3, "as in 8GiB"}, Row{"m=8G..16GiB", 2, "at both ends"},
      Row{"m=1..16GiB", 2, "at both ends"}, Row{"m=16GiB..8GiB", 2, "before it begins"},
      Row{"node:web[1..4]", 5, "web[1-20]"}, Row{"node:web1..4", 5, "one end of this range"},
      Row{"x=*..", 2, "LOW..HIGH"}, Row{"x<1..2", 2, "LOW..HIGH"}, Row{"x=a..b*", 2, "brackets"},
      Row{"x=w[1-9][0-9]", 2, "[10-99]"}, Row{"x=w[1-9]0", 2, "[10-99]"},
      Row{"x=w1[2]", 2, "[10-99]"}, Row{"x=*a*a*a*a*a*a*a*a*", 2, "at most 8 times *"},
      Row{"x>=\"\"", 3, "nothing is less"}, Row{"x=~a|b", 4, "operator"},
      Row{"x=~(a)", 3, "double quotes"}, Row{"cidr(10.0.0.1, 10.0.0.2)", 13, "join two with or"},
      Row{"foo(x)", 3, "only cidr"}, Row{"last(job)=fail*", 10, "one word"},
      Row{"last(job)=~fail", 11, "one word"}, Row{"x=\"NOT\" y", 8, "operator is missing"},
      Row{"ALL", 0, "did you mean all?"}, Row{"not All", 4, "did you mean all?"},
      Row{"a or (ALL)", 6, "did you mean all?"}, Row{"node:w[5-7,10-9]", 5, "[10-9] ends"});
  CAPTURE(text);
  const auto error = error_of(text);
  CHECK(error.offset == offset);
  CHECK_THAT(error.sentence, Catch::Contains(hint));
}

TEST_CASE("the caret stands under the place as a terminal shows it", "[unit][selector]") {
  using Row = std::pair<std::string, std::string>;
  const auto [text, caret] = GENERATE(
      Row{"role==web", "role==web\n    ^"}, Row{"a and", "a and\n     ^"},
      Row{"a=\"\xC3\xA9\" b", "a=\"\xC3\xA9\" b\n      ^"},  // one column in two bytes
      Row{"a=\"\xE6\x97\xA5\xE6\x9C\xAC\" b",
          "a=\"\xE6\x97\xA5\xE6\x9C\xAC\" b\n         ^"},     // two columns each
      Row{"a=\"e\xCC\x81\" b", "a=\"e\xCC\x81\" b\n      ^"},  // a combining accent
      Row{"a\tb", "a b\n  ^"}, Row{"a\nb", "a b\n  ^"}, Row{"\x1B[31m a", "?[31m a\n^"},
      Row{"a=\"\xFF\" b", "a=\"?\" b\n   ^"}, Row{"a=\"\xE2\x80\xAE\" b", "a=\"?\" b\n   ^"},
      Row{"роль=веб", "роль=веб\n^"}, Row{"role=веб==", "role=веб==\n        ^"},
      Row{"role=東京 = a", "role=東京 = a\n          ^"},          // two columns each
      Row{"role=cafe\u0301 b", "role=cafe\u0301 b\n          ^"},  // a combining accent
      Row{"role=\u0e19\u0e35\u0e49 b", "role=\u0e19\u0e35\u0e49 b\n       ^"});
  CAPTURE(text);
  CHECK(error_of(text).caret == caret);
}

TEST_CASE("of a long selector the part around the caret is shown", "[unit][selector]") {
  const auto error = error_of("x=" + std::string(200, 'a') + " == " + std::string(200, 'b'));
  CHECK(error.caret == "..." + std::string(49, 'a') + " == " + std::string(20, 'b') + "...\n" +
                           std::string(53, ' ') + "^");
}

TEST_CASE("what nobody can see and what is no UTF-8 is refused with its place, also in quotes",
          "[unit][selector]") {
  using Row = std::tuple<std::string, std::size_t, std::string>;
  const auto [text, offset, sentence] = GENERATE(
      Row{"a=\xFF", 2, "this is no UTF-8"}, Row{"a=\"b\xD0\"", 4, "this is no UTF-8"},
      Row{"a=\xC0\xAF", 2, "this is no UTF-8"}, Row{"a=\xED\xA0\x80", 2, "this is no UTF-8"},
      Row{"a=\u202Eb", 2, "this is U+202E, which nobody can see"},
      Row{"a=\"\u2066b\"", 3, "this is U+2066, which"}, Row{"a=b\u200B", 3, "this is U+200B"},
      Row{"a=\"\x1B[31m\"", 3, "this is U+001B"}, Row{"\uFEFFa", 0, "this is U+FEFF"},
      Row{"a=\u061Cb", 2, "regular expression with \\\\x{061C}"});
  CAPTURE(text);
  const auto error = error_of(text);
  CHECK(error.offset == offset);
  CHECK_THAT(error.sentence, Catch::Contains(sentence));
}

TEST_CASE("what an editor has made of quotes, dashes and operators is told with what to write",
          "[unit][selector]") {
  using Row = std::tuple<std::string, std::size_t, std::string>;
  const auto [text, offset, hint] = GENERATE(
      Row{"a=\u201Cb\u201D", 2, "write \"double quotes\""}, Row{"a=\u00ABb\u00BB", 2, "double"},
      Row{"a=\u2019b\u2019", 2, "double quotes"}, Row{"a=b\u2013c", 3, "write -"},
      Row{"a\u00A0and b", 1, "write a plain one"}, Row{"a\u2260b", 1, "write !="},
      Row{"os.v\u226512", 4, "write >="}, Row{"a=\uFF08", 2, "double quotes"},
      Row{"роль=веб", 0, "only its value may have any letters"},
      Row{"os.имя=x", 0, "has Latin letters"}, Row{"веб*", 0, "has Latin letters"});
  CAPTURE(text);
  const auto error = error_of(text);
  CHECK(error.offset == offset);
  CHECK_THAT(error.sentence, Catch::Contains(hint));
}
