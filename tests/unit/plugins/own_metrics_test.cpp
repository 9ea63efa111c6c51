#include "plugins/host/own_metrics.hpp"

#include <limits>
#include <thread>

#include "catch.hpp"

using namespace muster;
using plugins::OwnMetrics;

namespace {

constexpr std::size_t kPlenty = std::size_t{16} << 20U;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

muster_str str(std::string_view text) { return {text.data(), text.size()}; }

/// A plugin's view of the service.
struct Plugin {
  OwnMetrics own;
  std::uint32_t last = 0;  // the number of the last metric that was defined

  explicit Plugin(const std::vector<std::string>& declared) : own(declared) {}

  muster_status define(std::uint32_t type, std::string_view name,
                       const std::vector<std::string>& labels = {},
                       const std::vector<double>& buckets = {}, std::string_view doc = "A doc.") {
    std::vector<muster_str> views;
    for (const auto& label : labels) views.push_back(str(label));
    const muster_metric metric{sizeof metric, type,         str(name),      str(doc),
                               views.data(),  views.size(), buckets.data(), buckets.size()};
    return own.table()->define(own.table(), &metric, &last);
  }
  muster_status add(double by, const std::vector<std::string>& values = {}) {
    return own.table()->add(own.table(), last, views(values).data(), values.size(), by);
  }
  muster_status set(double to, const std::vector<std::string>& values = {}) {
    return own.table()->set(own.table(), last, views(values).data(), values.size(), to);
  }
  muster_status observe(double value) {
    return own.table()->observe(own.table(), last, nullptr, 0, value);
  }
  std::string text() { return own.text(kPlenty).value(); }

 private:
  static std::vector<muster_str> views(const std::vector<std::string>& values) {
    std::vector<muster_str> all;
    for (const auto& value : values) all.push_back(str(value));
    return all;
  }
};

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("a plugin's counters and gauges are rendered with their help, escaped",
          "[unit][plugins]") {
  Plugin plugin({"counter a_total where", "gauge b_now"});
  REQUIRE(plugin.define(MUSTER_METRIC_COUNTER, "a_total", {"where"}, {}, "Back\\slash\nline.") ==
          MUSTER_OK);
  CHECK(plugin.add(1, {"x\"y\\z\n"}) == MUSTER_OK);
  CHECK(plugin.add(1.5, {"x\"y\\z\n"}) == MUSTER_OK);
  REQUIRE(plugin.define(MUSTER_METRIC_GAUGE, "b_now") == MUSTER_OK);
  CHECK(plugin.set(7) == MUSTER_OK);
  CHECK(plugin.add(-9) == MUSTER_OK);
  CHECK(plugin.text() ==
        "# HELP a_total Back\\\\slash\\nline.\n# TYPE a_total counter\n"
        "a_total{where=\"x\\\"y\\\\z\\n\"} 2.5\n"
        "# HELP b_now A doc.\n# TYPE b_now gauge\nb_now -2\n");
}

TEST_CASE("a plugin's histogram counts into the bucket of the first bound that is not below",
          "[unit][plugins]") {
  Plugin plugin({"histogram h_seconds"});
  REQUIRE(plugin.define(MUSTER_METRIC_HISTOGRAM, "h_seconds", {}, {0.5, 1}) == MUSTER_OK);
  for (const double value : {0.25, 0.5, 0.75, 2.0}) CHECK(plugin.observe(value) == MUSTER_OK);
  CHECK(plugin.text() ==
        "# HELP h_seconds A doc.\n# TYPE h_seconds histogram\n"
        "h_seconds_bucket{le=\"0.5\"} 2\nh_seconds_bucket{le=\"1\"} 3\n"
        "h_seconds_bucket{le=\"+Inf\"} 4\nh_seconds_sum 3.5\nh_seconds_count 4\n");
}

TEST_CASE("a metric without labels is there before anything is counted", "[unit][plugins]") {
  Plugin plugin({"counter a_total"});
  REQUIRE(plugin.define(MUSTER_METRIC_COUNTER, "a_total") == MUSTER_OK);
  CHECK_THAT(plugin.text(), Catch::EndsWith("\na_total 0\n"));
}

TEST_CASE("a metric must be in the manifest, with the same type and labels", "[unit][plugins]") {
  Plugin plugin({"counter a_total one two", "gauge b_now le", "gauge c_now x x"});
  CHECK(plugin.define(MUSTER_METRIC_COUNTER, "b_total") == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(MUSTER_METRIC_GAUGE, "a_total", {"one", "two"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(MUSTER_METRIC_COUNTER, "a_total", {"one"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(MUSTER_METRIC_COUNTER, "a_total", {"two", "one"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(4, "a_total", {"one", "two"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(MUSTER_METRIC_GAUGE, "b_now", {"le"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(MUSTER_METRIC_GAUGE, "c_now", {"x", "x"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(MUSTER_METRIC_COUNTER, "a_total", {"one", "two"}) == MUSTER_OK);
}

TEST_CASE("the same definition again is the same metric, another one is a conflict",
          "[unit][plugins]") {
  Plugin plugin({"histogram h_seconds", "counter a_total"});
  REQUIRE(plugin.define(MUSTER_METRIC_COUNTER, "a_total") == MUSTER_OK);
  REQUIRE(plugin.define(MUSTER_METRIC_HISTOGRAM, "h_seconds", {}, {1, 2}) == MUSTER_OK);
  CHECK(plugin.last == 2);
  CHECK(plugin.define(MUSTER_METRIC_COUNTER, "a_total") == MUSTER_OK);
  CHECK(plugin.last == 1);
  CHECK(plugin.define(MUSTER_METRIC_HISTOGRAM, "h_seconds", {}, {1, 3}) == MUSTER_CONFLICT);
}

TEST_CASE("no metric is defined once the plugin was initialised", "[unit][plugins]") {
  Plugin plugin({"counter a_total"});
  plugin.own.freeze();
  CHECK(plugin.define(MUSTER_METRIC_COUNTER, "a_total") == MUSTER_WRONG_STATE);
}

TEST_CASE("bounds that do not rise, or belong to no histogram, are refused", "[unit][plugins]") {
  Plugin plugin({"histogram h_seconds", "gauge b_now"});
  CHECK(plugin.define(MUSTER_METRIC_HISTOGRAM, "h_seconds", {}, {1, 1}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(MUSTER_METRIC_HISTOGRAM, "h_seconds", {}, {1, kNan}) ==
        MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.define(MUSTER_METRIC_GAUGE, "b_now", {}, {1}) == MUSTER_INVALID_ARGUMENT);
}

TEST_CASE("each function refuses a value that does not fit the metric", "[unit][plugins]") {
  Plugin plugin({"counter a_total where", "gauge b_now", "histogram h_seconds"});
  CHECK(plugin.add(1) == MUSTER_INVALID_ARGUMENT);  // nothing is defined
  REQUIRE(plugin.define(MUSTER_METRIC_COUNTER, "a_total", {"where"}) == MUSTER_OK);
  CHECK(plugin.add(-1, {"x"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.add(kNan, {"x"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.add(1) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.add(1, {"x", "y"}) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.set(1, {"x"}) == MUSTER_INVALID_ARGUMENT);
  REQUIRE(plugin.define(MUSTER_METRIC_GAUGE, "b_now") == MUSTER_OK);
  CHECK(plugin.observe(1) == MUSTER_INVALID_ARGUMENT);
  REQUIRE(plugin.define(MUSTER_METRIC_HISTOGRAM, "h_seconds") == MUSTER_OK);
  CHECK(plugin.add(1) == MUSTER_INVALID_ARGUMENT);
  CHECK(plugin.set(1) == MUSTER_INVALID_ARGUMENT);
}

TEST_CASE("metrics, labels and buckets have limits", "[unit][plugins]") {
  std::vector<std::string> declared{"gauge many 1", "histogram h_seconds"};
  for (int i = 0; i <= 256; ++i) declared.push_back("gauge g" + std::to_string(i));
  Plugin plugin(declared);
  CHECK(plugin.define(MUSTER_METRIC_GAUGE, "many", std::vector<std::string>(9, "x")) ==
        MUSTER_RESOURCE_EXHAUSTED);
  CHECK(plugin.define(MUSTER_METRIC_HISTOGRAM, "h_seconds", {}, std::vector<double>(33, 1)) ==
        MUSTER_RESOURCE_EXHAUSTED);
  for (int i = 0; i < 256; ++i)
    REQUIRE(plugin.define(MUSTER_METRIC_GAUGE, "g" + std::to_string(i)) == MUSTER_OK);
  CHECK(plugin.define(MUSTER_METRIC_GAUGE, "g256") == MUSTER_RESOURCE_EXHAUSTED);
  CHECK(plugin.define(MUSTER_METRIC_GAUGE, "g255") == MUSTER_OK);
}

TEST_CASE("series beyond a thousand are folded into one named other", "[unit][plugins]") {
  Plugin plugin({"counter a_total x"});
  REQUIRE(plugin.define(MUSTER_METRIC_COUNTER, "a_total", {"x"}) == MUSTER_OK);
  for (int i = 0; i < 1005; ++i) REQUIRE(plugin.add(1, {std::to_string(i)}) == MUSTER_OK);
  CHECK(plugin.add(1, {"0"}) == MUSTER_OK);
  const auto text = plugin.text();
  CHECK(count(text, "\na_total{") == 1001);
  CHECK(count(text, "a_total{x=\"other\"} 5\n") == 1);
  CHECK(count(text, "a_total{x=\"0\"} 2\n") == 1);
}

TEST_CASE("a label's value is cut and made valid UTF-8", "[unit][plugins]") {
  Plugin plugin({"gauge b_now x"});
  REQUIRE(plugin.define(MUSTER_METRIC_GAUGE, "b_now", {"x"}) == MUSTER_OK);
  CHECK(plugin.set(1, {std::string(300, 'v')}) == MUSTER_OK);
  CHECK(plugin.set(1, {"\xff"}) == MUSTER_OK);
  CHECK_THAT(plugin.text(), Catch::Contains("\"" + std::string(256, 'v') + "\""));
  CHECK_THAT(plugin.text(), Catch::Contains("\"?\""));
}

TEST_CASE("metrics that are more than may be served are an error", "[unit][plugins]") {
  Plugin plugin({"counter a_total"});
  REQUIRE(plugin.define(MUSTER_METRIC_COUNTER, "a_total") == MUSTER_OK);
  const auto size = plugin.text().size();
  CHECK(plugin.own.text(size));
  CHECK(plugin.own.text(size - 1).error().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("no count is lost when several threads add", "[unit][plugins]") {
  Plugin plugin({"counter a_total x"});
  REQUIRE(plugin.define(MUSTER_METRIC_COUNTER, "a_total", {"x"}) == MUSTER_OK);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) (void)plugin.add(1, {"y"});
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK_THAT(plugin.text(), Catch::Contains("a_total{x=\"y\"} 4000\n"));
}
