#include "facts/plugin_facts.hpp"

#include <nlohmann/json.hpp>

#include "executor_harness.hpp"

using namespace muster;
using namespace std::chrono_literals;
using agent::AgedFacts;
using agent::Facts;
using agent::PluginFacts;
using nlohmann::json;

namespace {

using Times = std::map<std::string, MonoTime>;

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
  std::vector<AgedFacts> changes;
  PluginFacts facts{*loop, tellers, 5min,
                    log::Logger("test", log::Level::Debug, logged.sink(), clock),
                    [this](const AgedFacts& all) { changes.push_back(all); }};

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
  REQUIRE(scene.changes.size() == 1);
  CHECK(scene.changes[0].facts == Facts{{"app.release", "2.4"}});
  CHECK(scene.changes[0].read.empty());
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
  CHECK(scene.changes.back().facts == Facts{{"x.y", "of a"}, {"x.z", "of b"}});
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
  CHECK(scene.changes.back().facts == scene.changes.front().facts);
  CHECK_FALSE(scene.warned_of("app"));
  scene.pass_a_round();
  scene.fail_to_answer();
  CHECK(scene.changes.back() == AgedFacts{});
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
    CHECK(scene.changes.back().facts == Facts{{"app.release", "2.4"}});
  }
}

TEST_CASE("facts are as old as the last answer while their plugin gives none", "[unit][facts]") {
  Scene scene;
  scene.set_ready({"app", "db"});
  const auto answered = scene.clock.mono_now();
  scene.answer(telling({{"app.release", "2.4"}}));
  scene.answer(telling({{"db.size", "1"}}));
  const auto round = [&](bool answers) {
    scene.pass_a_round();
    answers ? scene.answer(telling({{"app.release", "2.4"}})) : scene.fail_to_answer();
    scene.answer(telling({{"db.size", "1"}}));
  };
  const auto before = scene.changes.size();
  round(false);
  CHECK(scene.changes.size() == before + 1);
  CHECK(scene.changes.back().read == Times{{"app.release", answered}});
  round(false);
  CHECK(scene.changes.size() == before + 1);  // nothing new
  round(true);
  CHECK(scene.changes.size() == before + 2);
  CHECK(scene.changes.back().read.empty());
}

TEST_CASE("a plugin says how old a fact is that it read before", "[unit][facts]") {
  Scene scene;
  const auto telling_age = [](json age) {
    return packed({{"facts", {{"app.release", "2"}, {"app.updates", "7"}}},
                   {"age_seconds", {{"app.updates", std::move(age)}, {"app.other", 900}}}});
  };
  scene.set_ready({"app"});
  const auto read = scene.clock.mono_now() - 1h;
  scene.answer(telling_age(3600));
  REQUIRE(scene.changes.size() == 1);
  CHECK(scene.changes[0].read == Times{{"app.updates", read}});
  scene.pass_a_round();
  scene.clock.advance(2s);  // that the answer took
  scene.answer(telling_age(3900));
  CHECK(scene.changes.size() == 1);  // the same reading
  SECTION("it read it again: in a round that is as good as any other fact") {
    scene.pass_a_round();
    scene.answer(telling_age(299));
    REQUIRE(scene.changes.size() == 2);
    CHECK(scene.changes[1].read.empty());
    scene.pass_a_round();
    scene.answer(telling_age(300));
    CHECK(scene.changes.at(2).read == Times{{"app.updates", scene.clock.mono_now() - 300s}});
  }
  SECTION("it does not answer, and what it read before is no younger for that") {
    scene.pass_a_round();
    scene.fail_to_answer();
    CHECK(scene.changes.back().read.at("app.updates") == read);
    CHECK(scene.changes.back().read.at("app.release") > read);
  }
}

TEST_CASE("an age that is none is left out, and a very great one is a year", "[unit][facts]") {
  std::size_t left_out = 0;
  const auto told = [&](const json& age) {
    return agent::facts_from(packed({{"facts", {{"a.b", "1"}}}, {"age_seconds", age}}), left_out)
        .value();
  };
  const auto none =
      GENERATE(json{{"a.b", -1}}, json{{"a.b", "1"}}, json{{"a.b", 1.5}}, json{{"a.b", nullptr}});
  CHECK(told(none).ages.empty());
  CHECK(left_out == 1);
  CHECK(told(json::array()).ages.empty());
  CHECK(told({{"other.one", 1}}).ages.empty());
  CHECK(told({{"a.b", std::numeric_limits<std::uint64_t>::max()}}).ages.at("a.b") == 24h * 365);
  CHECK(told({{"a.b", 0}}).ages.at("a.b") == 0s);
}

TEST_CASE("the facts of a plugin that is gone are forgotten after the same while",
          "[unit][facts]") {
  Scene scene;
  scene.set_ready({"app"});
  scene.answer(telling({{"app.release", "2.4"}}));
  scene.set_ready({});
  for (unsigned i = 0; i < PluginFacts::kMostFailures; ++i) scene.pass_a_round();
  CHECK(scene.changes.back() == AgedFacts{});
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
  CHECK(told->facts.size() == 2);
  CHECK(told->facts.contains("app.good"));
  CHECK(told->facts.contains("app.most"));
  CHECK(left_out == 7);
}

TEST_CASE("one plugin tells so many facts and no more", "[unit][facts]") {
  Facts many;
  for (std::size_t i = 0; i <= PluginFacts::kMostOfOne; ++i) many["app.f" + std::to_string(i)] = "";
  std::size_t left_out = 0;
  CHECK(agent::facts_from(telling(many), left_out)->facts.size() == PluginFacts::kMostOfOne);
  CHECK(left_out == 1);
}
