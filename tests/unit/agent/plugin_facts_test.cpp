#include "facts/plugin_facts.hpp"

#include <nlohmann/json.hpp>

#include "executor_harness.hpp"

using namespace muster;
using namespace std::chrono_literals;
using agent::Facts;
using agent::PluginFacts;
using nlohmann::json;

namespace {

Bytes packed(const json& value) { return json::to_msgpack(value); }
Bytes telling(const Facts& facts) { return packed({{"facts", facts}}); }

struct FakeTellers final : agent::FactTellers {
  [[nodiscard]] std::vector<std::string> fact_tellers() const override { return ready; }
  void ask_for_facts(const std::string& plugin, std::chrono::milliseconds, Told told) override {
    asked.emplace_back(plugin, std::move(told));
  }
  std::vector<std::string> ready;
  std::vector<std::pair<std::string, Told>> asked;
};

struct Scene {
  test::FakeClock clock;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  log::Capture logged;
  FakeTellers tellers;
  std::vector<Facts> changes;
  PluginFacts facts{*loop, tellers, 5min,
                    log::Logger("test", log::Level::Debug, logged.sink(), clock),
                    [this](const Facts& all) { changes.push_back(all); }};

  void set_ready(std::vector<std::string> plugins) {
    tellers.ready = std::move(plugins);
    facts.plugins_changed();
  }
  /// The one that was asked first answers.
  void answer(Result<Bytes> told) {
    REQUIRE_FALSE(tellers.asked.empty());
    const auto question = std::move(tellers.asked.front());
    tellers.asked.erase(tellers.asked.begin());
    question.second(std::move(told));
  }
  void fail_to_answer() { answer(fail(ErrorCode::Timeout, "it took too long")); }
  void pass_a_round() {
    clock.advance(5min);
    while (loop->run_ready()) continue;
  }
  [[nodiscard]] bool warned_of(const std::string& plugin) {
    const auto lines = logged.entries();
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
      return line.level == log::Level::Warn && line.field("plugin") == plugin;
    });
  }
};

}  // namespace

TEST_CASE("a plugin is asked when it becomes ready, and its facts are told", "[unit][facts]") {
  Scene scene;
  CHECK(scene.tellers.asked.empty());
  scene.set_ready({"app"});
  scene.answer(telling({{"app.release", "2.4"}}));
  CHECK(scene.changes == std::vector<Facts>{{{"app.release", "2.4"}}});
}

TEST_CASE("a plugin is asked again after a while, and told of only when something changed",
          "[unit][facts]") {
  Scene scene;
  scene.set_ready({"app"});
  scene.answer(telling({{"app.release", "2.4"}}));
  scene.pass_a_round();
  scene.answer(telling({{"app.release", "2.4"}}));
  CHECK(scene.changes.size() == 1);
  scene.pass_a_round();
  scene.answer(telling({{"app.release", "2.5"}}));
  CHECK(scene.changes.size() == 2);
}

TEST_CASE("who has not answered is not asked twice", "[unit][facts]") {
  Scene scene;
  scene.set_ready({"app"});
  scene.pass_a_round();
  scene.facts.plugins_changed();
  CHECK(scene.tellers.asked.size() == 1);
}

TEST_CASE("a plugin that was started again is asked again, one that stayed is not",
          "[unit][facts]") {
  Scene scene;
  scene.set_ready({"app", "db"});
  scene.answer(telling({}));
  scene.answer(telling({}));
  scene.set_ready({"db"});
  scene.set_ready({"app", "db"});
  REQUIRE(scene.tellers.asked.size() == 1);
  CHECK(scene.tellers.asked[0].first == "app");
}

TEST_CASE("of two plugins that tell one name, the first by id is believed", "[unit][facts]") {
  Scene scene;
  scene.set_ready({"a", "b"});
  scene.answer(telling({{"x.y", "of a"}}));
  scene.answer(telling({{"x.y", "of b"}, {"x.z", "of b"}}));
  CHECK(scene.changes.back() == Facts{{"x.y", "of a"}, {"x.z", "of b"}});
}

TEST_CASE("facts are kept while a plugin fails once or twice, and forgotten then",
          "[unit][facts]") {
  Scene scene;
  scene.set_ready({"app"});
  scene.answer(telling({{"app.release", "2.4"}}));
  for (unsigned i = 1; i < PluginFacts::kMostFailures; ++i) {
    scene.pass_a_round();
    scene.fail_to_answer();
  }
  CHECK(scene.changes.size() == 1);
  CHECK_FALSE(scene.warned_of("app"));
  scene.pass_a_round();
  scene.fail_to_answer();
  CHECK(scene.changes.back().empty());
  CHECK(scene.warned_of("app"));
}

TEST_CASE("one good answer makes up for failures before", "[unit][facts]") {
  Scene scene;
  scene.set_ready({"app"});
  scene.answer(telling({{"app.release", "2.4"}}));
  for (unsigned i = 0; i < 3 * PluginFacts::kMostFailures; ++i) {
    scene.pass_a_round();
    if (i % 2 == 0) {
      scene.fail_to_answer();
    } else {
      scene.answer(telling({{"app.release", "2.4"}}));
    }
  }
  CHECK(scene.changes.size() == 1);
}

TEST_CASE("the facts of a plugin that is gone are forgotten after the same while",
          "[unit][facts]") {
  Scene scene;
  scene.set_ready({"app"});
  scene.answer(telling({{"app.release", "2.4"}}));
  scene.set_ready({});
  for (unsigned i = 0; i < PluginFacts::kMostFailures; ++i) scene.pass_a_round();
  CHECK(scene.changes.back().empty());
}

TEST_CASE("an answer that is no map of texts is a failure", "[unit][facts]") {
  std::size_t left_out = 0;
  CHECK_FALSE(agent::facts_from(Bytes{}, left_out));
  CHECK_FALSE(agent::facts_from(packed("text"), left_out));
  CHECK_FALSE(agent::facts_from(packed({{"fact", 1}}), left_out));
  CHECK_FALSE(agent::facts_from(packed({{"facts", json::array()}}), left_out));
}

TEST_CASE("names and values that break a rule are left out and counted", "[unit][facts]") {
  const json facts{{"app.good", "1"},
                   {"label", "no dot"},
                   {".x", "empty part"},
                   {"x.", "empty part"},
                   {"a b.c", "blank"},
                   {"app.number", 1},
                   {"app.raw", "\xff"},
                   {"app.long", std::string(4097, 'v')},
                   {"app.most", std::string(4096, 'v')}};
  std::size_t left_out = 0;
  const auto told = agent::facts_from(packed({{"facts", facts}}), left_out);
  REQUIRE(told);
  CHECK(told->size() == 2);
  CHECK(told->contains("app.good"));
  CHECK(told->contains("app.most"));
  CHECK(left_out == 7);
}

TEST_CASE("one plugin tells so many facts and no more", "[unit][facts]") {
  Facts many;
  for (std::size_t i = 0; i <= PluginFacts::kMostOfOne; ++i) many["app.f" + std::to_string(i)] = "";
  std::size_t left_out = 0;
  CHECK(agent::facts_from(telling(many), left_out)->size() == PluginFacts::kMostOfOne);
  CHECK(left_out == 1);
}
