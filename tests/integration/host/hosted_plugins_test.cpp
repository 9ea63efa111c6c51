#include "hosted_plugins.hpp"

#include <muster/core/log/capture.hpp>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::agent;

TEST_CASE("who waits for a plugin is told why it does not come", "[integration][agent]") {
  const test::TempDir dir;
  test::FakeClock clock;
  log::Capture log;
  const auto loop = run::EventLoop::create(clock).value();
  run::WorkerPool workers(1, 16);
  std::filesystem::copy_file(MOCK_PLUGIN, dir / "mock.so");
  const auto plugins =
      load_hosted_plugins(*loop, workers, log::Logger("test", log::Level::Error, log.sink(), clock),
                          {dir.path(), {}, dir / "no-host", dir / "kv"})
          .value();
  std::vector<PluginCondition> told;
  RunnerEvents events;
  events.ready = [&](const std::string& plugin, PluginCondition condition) {
    CHECK(plugin == "mock");
    told.push_back(std::move(condition));
  };
  plugins->set_events(std::move(events));
  plugins->start_hosts({});
  while (loop->run_ready()) {
  }
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].ready);
  CHECK_THAT(told[0].why_not, Catch::StartsWith("plugin mock on this node is waiting: ") &&
                                  Catch::Contains((dir / "no-host").string()));

  for (int crash = 0; crash < 20 && told.back().why_not.find("quarantined") == std::string::npos;
       ++crash) {
    clock.advance(std::chrono::minutes(1));
    while (loop->run_ready()) {
    }
  }
  CHECK_THAT(told.back().why_not, Catch::StartsWith("plugin mock on this node is quarantined: "));
}
