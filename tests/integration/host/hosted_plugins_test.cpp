#include "hosted_plugins.hpp"

#include <muster/core/base/files.hpp>
#include <muster/core/base/utf8.hpp>
#include <muster/core/log/capture.hpp>
#include <set>

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

TEST_CASE("what waits for a plugin whose folder went is tried, and refused because nobody has it",
          "[integration][agent]") {
  const test::TempDir dir;
  test::FakeClock clock;
  log::Capture log;
  const auto loop = run::EventLoop::create(clock).value();
  run::WorkerPool workers(1, 16);
  std::filesystem::copy_file(SCRIPT_PLUGIN, dir / "script.so");
  std::filesystem::create_directory(dir / "one");
  REQUIRE(write_file_atomic(dir / "one/plugin.yaml",
                            as_bytes("muster: 1\nid: one\nversion: 1.0.0\noperations:\n"
                                     "  one.o: {doc: O., run: [/bin/true]}\n")));
  const auto plugins =
      load_hosted_plugins(*loop, workers, log::Logger("test", log::Level::Error, log.sink(), clock),
                          {dir.path(), {}, dir / "no-host", dir / "kv"})
          .value();
  std::optional<PluginCondition> told;
  RunnerEvents events;
  events.ready = [&](const std::string& plugin, PluginCondition condition) {
    if (plugin == "one") told = std::move(condition);
  };
  plugins->set_events(std::move(events));
  plugins->start_hosts({});
  while (loop->run_ready()) {
  }
  REQUIRE(told);
  CHECK_FALSE(told->ready);
  CHECK(plugins->find("one.o"));
  const auto digest = plugins->plugins().at(0).manifest;
  CHECK(plugins->manifest(digest) != nullptr);

  std::filesystem::remove_all(dir / "one");
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!told->ready && std::chrono::steady_clock::now() < patience) {
    if (!loop->run_ready()) clock.advance(std::chrono::milliseconds(100));
  }
  CHECK(told->ready);
  Call call;
  call.operation = "one.o";
  CHECK(plugins->start(call).error().code == ErrorCode::NotFound);
  CHECK(plugins->find("one.o").error().code == ErrorCode::NotFound);
  CHECK(plugins->manifest(digest) == nullptr);
}

TEST_CASE("a folder is listed under its name in whatever script, without what is no character",
          "[integration][agent]") {
  const test::TempDir dir;
  test::FakeClock clock;
  log::Capture log;
  const auto loop = run::EventLoop::create(clock).value();
  run::WorkerPool workers(1, 16);
  std::filesystem::copy_file(SCRIPT_PLUGIN, dir / "script.so");
  std::string many;  // with a letter before it, its 125th character is cut in two at 250 bytes
  for (int i = 0; i < 125; ++i) many += "\xC3\xA4";
  for (const auto& name : {std::string("gr\xC3\xB6\xC3\x9F"
                                       "e"),
                           std::string("\xE6\x97\xA5\xE6\x9C\xAC"),
                           std::string("l\xFF"
                                       "t\xC2\x85"
                                       "d\x7F"
                                       "e\n"),
                           "x" + many}) {
    std::filesystem::create_directory(dir / name);
  }
  const auto plugins =
      load_hosted_plugins(*loop, workers, log::Logger("test", log::Level::Error, log.sink(), clock),
                          {dir.path(), {}, dir / "no-host", dir / "kv"})
          .value();
  plugins->start_hosts({});
  std::set<std::string> names;
  for (const auto& plugin : plugins->plugins()) {
    if (plugin.id == "script") continue;  // the library that reads them
    CHECK(plugin.state == "rejected");
    CHECK(is_utf8(plugin.reason));
    names.insert(plugin.id);
  }
  CHECK(names == std::set<std::string>{"gr\xC3\xB6\xC3\x9F"
                                       "e",
                                       "\xE6\x97\xA5\xE6\x9C\xAC", "l?t?d?e?",
                                       "x" + many.substr(0, 248)});
}
