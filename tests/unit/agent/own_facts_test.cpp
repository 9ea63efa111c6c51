#include "facts/own_facts.hpp"

#include <future>
#include <muster/core/log/capture.hpp>
#include <optional>
#include <thread>

#include "catch.hpp"
#include "fake_clock.hpp"

using namespace muster;
using namespace std::chrono_literals;
using agent::Facts;

namespace {

struct Scene {
  test::FakeClock clock;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  log::Capture logged;
  std::string version = "12";
  std::vector<Facts> found;
  run::WorkerPool workers{1, 1};
  agent::OwnFacts facts{*loop, workers, 5min,
                        log::Logger("test", log::Level::Debug, logged.sink(), clock), [this] {
                          return Facts{{"os.version", version}};
                        }};

  Facts begin() {
    return facts.begin([this](Facts again) { found.push_back(std::move(again)); });
  }
  /// Waits until the worker has done what it was given.
  void finish_work() {
    const auto done = std::make_shared<std::promise<void>>();
    while (!workers.submit([done] { done->set_value(); })) std::this_thread::yield();
    done->get_future().wait();
    while (loop->run_ready()) continue;
  }
  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    while (loop->run_ready()) continue;
    finish_work();
  }
};

}  // namespace

TEST_CASE("the agent's own facts are read at once, and again after each round", "[unit][facts]") {
  Scene scene;
  CHECK(scene.begin() == Facts{{"os.version", "12"}});
  scene.version = "13";
  scene.pass(299s);
  CHECK(scene.found.empty());
  scene.pass(1s);
  CHECK(scene.found == std::vector<Facts>{{{"os.version", "13"}}});
  scene.version = "14";
  scene.pass(5min);
  CHECK(scene.found.size() == 2);
  CHECK(scene.found.back().at("os.version") == "14");
}

TEST_CASE("facts for which no worker is free are read in the next round", "[unit][facts]") {
  Scene scene;
  std::ignore = scene.begin();
  std::promise<void> go;
  const auto gone = go.get_future().share();
  while (scene.workers.submit([gone] { gone.wait(); })) continue;  // until the queue is full
  scene.clock.advance(5min);
  while (scene.loop->run_ready()) continue;
  go.set_value();
  scene.finish_work();
  CHECK(scene.found.empty());
  CHECK(scene.logged.entries().size() == 1);
  scene.pass(5min);
  CHECK(scene.found.size() == 1);
}

TEST_CASE("facts that are being read when the agent stops find nobody, and hurt nobody",
          "[unit][facts]") {
  Scene scene;
  std::promise<void> begun;
  std::promise<void> go;
  run::WorkerPool workers(1, 1);
  std::optional<agent::OwnFacts> facts;
  facts.emplace(*scene.loop, workers, 5min,
                log::Logger("test", log::Level::Debug, scene.logged.sink(), scene.clock),
                [&begun, first = true, gone = go.get_future().share()]() mutable {
                  if (std::exchange(first, false)) return Facts();
                  begun.set_value();
                  gone.wait();
                  return Facts();
                });
  std::ignore = facts->begin([](const Facts&) { FAIL("nobody is there"); });
  scene.clock.advance(5min);
  while (scene.loop->run_ready()) continue;
  begun.get_future().wait();
  facts.reset();
  go.set_value();
}
