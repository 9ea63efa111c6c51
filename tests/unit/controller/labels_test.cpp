#include "labels.hpp"

#include "catch.hpp"

namespace muster::controller {
namespace {

TEST_CASE("a label's name is one that a selector can say", "[unit][controller]") {
  for (const auto* name : {"role", "Role-2", "a", "x_y", "notes", "allowed"}) {
    INFO(name);
    CHECK(is_label_name(name));
  }
  for (const auto* name : {"", "2nd", "os.id", "a b", "r\xc3\xb4le", "all", "and", "or", "not",
                           "in", "node", "group", "age", "last", "cidr"}) {
    INFO(name);
    CHECK_FALSE(is_label_name(name));
  }
  CHECK(is_label_name(std::string(64, 'x')));
  CHECK_FALSE(is_label_name(std::string(65, 'x')));
}

TEST_CASE("a node has 64 labels of 256 bytes at most", "[unit][controller]") {
  Labels labels;
  for (std::size_t i = 0; i < kMaxLabels; ++i) labels["l" + std::to_string(i)] = "";
  CHECK(check_labels(labels));
  labels["more"] = "";
  CHECK(check_labels(labels).error().field == "/labels");
  CHECK(check_labels({{"x", std::string(kMaxLabelValue, 'v')}}));
  CHECK(check_labels({{"x", std::string(kMaxLabelValue + 1, 'v')}}).error().field == "/labels/x");
  CHECK(check_labels({{"in", "v"}}).error().field == "/labels/in");
}

TEST_CASE("a label's value has only what a selector may have, and no line's end",
          "[unit][controller]") {
  for (const auto* good : {"", "any text (of any kind): \"x\"", "веб", "a\u200Db"}) {
    INFO(good);
    CHECK(check_labels({{"x", good}}));
  }
  using Row = std::pair<std::string, std::string>;
  const auto [value, what] =
      GENERATE(Row{"\u202Eabc", "U+202E"}, Row{"a\u200Bb", "U+200B"}, Row{"\x1B[31m", "U+001B"},
               Row{"a\nb", "a line's end"}, Row{"a\tb", "a tab"}, Row{"b\xFF", "no UTF-8"});
  INFO(value);
  const auto refused = check_labels({{"y", "z"}, {"x", value}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "/labels/x");
  CHECK_THAT(refused.error().message, Catch::Contains("the label x has ") && Catch::Contains(what));
}

}  // namespace
}  // namespace muster::controller
