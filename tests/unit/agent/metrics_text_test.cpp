#include "metrics_text.hpp"

#include "catch.hpp"

using namespace muster;
using agent::MetricsText;

TEST_CASE("series of plugins get their plugin as a label, and a family is described once",
          "[unit][agent]") {
  MetricsText page;
  REQUIRE(page.add("# HELP a_total Ours.\n# TYPE a_total counter\na_total 1\n", ""));
  REQUIRE(
      page.add("# HELP a_total Theirs.\n# TYPE a_total counter\na_total{x=\"1\"} 2\n", "docker"));
  REQUIRE(page.add("# TYPE a_total counter\na_total 3 1700000000000\n", "logs"));
  CHECK(page.page() ==
        "# HELP a_total Ours.\n# TYPE a_total counter\na_total 1\n"
        "a_total{plugin=\"docker\",x=\"1\"} 2\na_total{plugin=\"logs\"} 3 1700000000000\n");
}

TEST_CASE("the series of a histogram and of a summary stay with their family", "[unit][agent]") {
  MetricsText page;
  const std::string text =
      "# TYPE h_seconds histogram\nh_seconds_bucket{le=\"+Inf\"} 1\nh_seconds_sum 1\n"
      "h_seconds_count 1\n# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 1\ns_count 1\n";
  REQUIRE(page.add(text, ""));
  CHECK(page.page() == text);
}

TEST_CASE("a label named plugin of the plugin's own is kept under another name", "[unit][agent]") {
  MetricsText page;
  REQUIRE(page.add("a{plugin=\"mine\", b = \"x\\\\\\\"\\n}\",} NaN\n", "docker"));
  CHECK(page.page() == "a{plugin=\"docker\",exported_plugin=\"mine\",b=\"x\\\\\\\"\\n}\"} NaN\n");
}

TEST_CASE("comments and empty lines are left out, and a last line needs no end", "[unit][agent]") {
  MetricsText page;
  REQUIRE(page.add("# a comment\n\n  \na 1", ""));
  CHECK(page.page() == "a 1\n");
}

TEST_CASE("a text with one broken line is refused as a whole", "[unit][agent]") {
  const std::string broken =
      GENERATE("b", "b one", "b 1 2 3", "b 1 soon", "1b 1", "b{ 1", "b{x} 1", "b{x=1} 1",
               "b{x=\"1} 1", "b{x=\"\\q\"} 1", "b{x=\"1\" y=\"2\"} 1", "b{x=\"1\",x=\"2\"} 1",
               "b{x:y=\"1\"} 1", "b nan(1)", "# TYPE b thing", "# TYPE a gauge",
               "# TYPE c gauge\n# TYPE c gauge", "b{x=\"\xff\"} 1", "b{x=\"\xed\xa0\x80\"} 1");
  CAPTURE(broken);
  MetricsText page;
  const auto added = page.add("a 1\n" + broken + "\n", "docker");
  REQUIRE_FALSE(added);
  CHECK(added.error().code == ErrorCode::Corrupt);
  CHECK(page.page().empty());
}

TEST_CASE("a family of another type than before is refused, and what was before stays",
          "[unit][agent]") {
  MetricsText page;
  REQUIRE(page.add("# TYPE a gauge\na 1\n", ""));
  const auto before = page.page();
  CHECK(page.add("# TYPE a counter\na 2\n", "docker").error().code == ErrorCode::Conflict);
  CHECK(page.page() == before);
}
