#include <muster/core/metrics/registry.hpp>
#include <thread>

#include "catch.hpp"

using namespace muster;
using metrics::Registry;
using metrics::Type;

namespace {

// The exposition without the registry's own two families.
std::string exposition(const Registry& registry) {
  std::string kept;
  const auto text = registry.exposition();
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at) + 1;
    const auto line = text.substr(at, end - at);
    if (line.find("muster_metrics_") == line.npos) kept += line;
    at = end;
  }
  return kept;
}

}  // namespace

TEST_CASE("families are sorted by name, series by labels, values escaped", "[unit][metrics]") {
  Registry registry;
  registry.gauge("muster_store_bytes", "Size.").set(1.5);
  registry.counter("muster_jobs_total", "Back\\slash\nline.", {{"state", "ok"}}).add(2);
  registry.counter("muster_jobs_total", "ignored", {{"state", "a\"b\\c\nd"}}).add();
  CHECK(exposition(registry) ==
        "# HELP muster_jobs_total Back\\\\slash\\nline.\n"
        "# TYPE muster_jobs_total counter\n"
        "muster_jobs_total{state=\"a\\\"b\\\\c\\nd\"} 1\n"
        "muster_jobs_total{state=\"ok\"} 2\n"
        "# HELP muster_store_bytes Size.\n"
        "# TYPE muster_store_bytes gauge\n"
        "muster_store_bytes 1.5\n");
}

TEST_CASE("a histogram's buckets are cumulative and end at infinity", "[unit][metrics]") {
  Registry registry;
  auto& histogram = registry.histogram("muster_ping_seconds", "H.", {0.1, 1}, {{"a", "b"}});
  for (const double value : {0.1, 0.5, 7.0}) histogram.observe(value);
  CHECK_THAT(exposition(registry),
             Catch::EndsWith("muster_ping_seconds_bucket{a=\"b\",le=\"0.1\"} 1\n"
                             "muster_ping_seconds_bucket{a=\"b\",le=\"1\"} 2\n"
                             "muster_ping_seconds_bucket{a=\"b\",le=\"+Inf\"} 3\n"
                             "muster_ping_seconds_sum{a=\"b\"} 7.6\n"
                             "muster_ping_seconds_count{a=\"b\"} 3\n"));
}

TEST_CASE("a series keeps its address and counts from several threads", "[unit][metrics]") {
  Registry registry;
  auto& counter = registry.counter("muster_jobs_total", "Jobs.", {{"n", "0"}});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        registry.counter("muster_jobs_total", "", {{"n", std::to_string(t * 200 + i)}}).add();
        counter.add();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(&registry.counter("muster_jobs_total", "", {{"n", "0"}}) == &counter);
  CHECK(counter.value() == 801);
}

TEST_CASE("label sets beyond the limit share one series and are counted", "[unit][metrics]") {
  Registry registry(2);
  for (const auto* node : {"a", "b", "c", "d"}) {
    registry.counter("muster_jobs_total", "Jobs.", {{"node", node}}).add();
  }
  const auto text = registry.exposition();
  CHECK_THAT(text, Catch::Contains("muster_jobs_total{node=\"overflow\"} 2\n"));
  CHECK_THAT(text, !Catch::Contains("node=\"c\""));
  CHECK_THAT(text, Catch::Contains("muster_metrics_dropped_series_total 2\n"));
}

TEST_CASE("a name follows the rules of its type", "[unit][metrics]") {
  CHECK(metrics::check_name("muster_jobs_total", Type::Counter));
  CHECK(metrics::check_name("muster_store_bytes", Type::Gauge));
  for (const auto* name : {"jobs_total", "muster_Jobs_total", "muster_jobs", "muster_jobs__total",
                           "muster_total", "muster_a-b_total", "muster_jobs_total_"}) {
    CHECK_FALSE(metrics::check_name(name, Type::Counter));
  }
  CHECK_FALSE(metrics::check_name("muster_store_total", Type::Gauge));
}

TEST_CASE("a series under a wrong name, type or label is unseen and counted", "[unit][metrics]") {
  Registry registry;
  registry.counter("muster_jobs_total", "Jobs.");
  registry.counter("bad name", "").add();
  registry.gauge("muster_jobs_total", "").set(1);
  registry.counter("muster_jobs_total", "", {{"no good", "x"}}).add();
  registry.histogram("muster_a_seconds", "", {1}, {{"le", "x"}}).observe(2);
  CHECK_THAT(registry.exposition(), Catch::Contains("muster_metrics_invalid_total 4\n") &&
                                        Catch::Contains("\nmuster_jobs_total 0\n") &&
                                        !Catch::Contains("bad name"));
}
