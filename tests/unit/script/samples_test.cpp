#include "samples.hpp"

#include <random>

#include "catch.hpp"
#include "collectors.hpp"
#include "metrics_text.hpp"
#include "text.hpp"

using namespace muster::plugin::script;

TEST_CASE("samples are sorted, each once, with help where the library makes them",
          "[unit][script]") {
  CHECK(exposition({{"b", {{"x", "a\\b\"c\nd"}}, 1.5},
                    {"a", {}, 1},
                    {"a", {}, 2},
                    {"check_status", {{"check", "c"}}, 3}}) ==
        "a 2\nb{x=\"a\\\\b\\\"c\\nd\"} 1.5\n"
        "# HELP check_status What a check found: 0 ok, 1 warning, 2 critical, 3 unknown\n"
        "# TYPE check_status gauge\ncheck_status{check=\"c\"} 3\n");
}

TEST_CASE("whatever programs print, the agent's page takes it", "[unit][script]") {
  std::mt19937 random(20260105);
  const auto noise = [&random] {
    std::string text(random() % 12, ' ');
    for (auto& c : text) c = static_cast<char>(random());
    return text;
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<Sample> samples;
    for (int i = 0; i < 5; ++i) {
      samples.push_back({metric_name(noise()),
                         {{label_name(noise()), clean_text(noise(), 100)}},
                         static_cast<double>(random()) / 7});
    }
    const auto text = exposition(samples);
    CAPTURE(text);
    muster::agent::MetricsText page;
    REQUIRE(page.add(text, "p"));
  }
}

TEST_CASE("a check's state and values are samples in base units", "[unit][script]") {
  CollectorSpec spec;
  spec.name = "c";
  spec.protocol = Protocol::Nagios;
  std::size_t dropped = 0;
  const auto samples = read_samples(spec, 1, "text | a=2ms b=3MiB c=4% d=5 e=6foo x\n", dropped);
  REQUIRE(samples);
  CHECK(dropped == 1);
  const auto text = exposition(*samples);
  for (const auto* line : {"check_status{check=\"c\"} 1\n",
                           "check_value{check=\"c\",label=\"a\",unit=\"seconds\"} 0.002\n",
                           "check_value{check=\"c\",label=\"b\",unit=\"bytes\"} 3145728\n",
                           "check_value{check=\"c\",label=\"c\",unit=\"percent\"} 4\n",
                           "check_value{check=\"c\",label=\"d\"} 5\n",
                           "check_value{check=\"c\",label=\"e\",unit=\"foo\"} 6\n"}) {
    CHECK_THAT(text, Catch::Contains(line));
  }
}

TEST_CASE("a collector's output is taken whole or not at all, and within limits",
          "[unit][script]") {
  const CollectorSpec spec;
  std::size_t dropped = 0;
  CHECK(read_samples(spec, 1, "m v=1\n", dropped).error().message == "it exited with 1");
  CHECK(read_samples(spec, 0, "m v=1\nm\n", dropped).error().message ==
        "line 2 of its output: it has no fields");
  CHECK(dropped == 0);
  // Names of the agent's and of this library are not a program's to use.
  CHECK(read_samples(spec, 0, "muster_agent up=1\ncheck status=1\nm v=1\n", dropped)->size() == 1);
  CHECK(dropped == 2);
  std::string many;
  for (std::size_t i = 0; i < kMaxSamples + 3; ++i) many += "m,i=" + std::to_string(i) + " v=1\n";
  dropped = 0;
  CHECK(read_samples(spec, 0, many, dropped)->size() == kMaxSamples);
  CHECK(dropped == 3);
}

TEST_CASE("text from programs becomes clean UTF-8 of a limited size", "[unit][script]") {
  CHECK(clean_text("a\xC3\xA9\n\tb", 100) == "a\xC3\xA9\n\tb");
  CHECK(clean_text("\xFFx\x01\x7F\xC3", 100) == "?x???");
  CHECK(clean_text("\xED\xA0\x80\xC0\xAF", 100) == "?????");
  CHECK(clean_text("ab\xC3\xA9", 3) == "ab");
}
