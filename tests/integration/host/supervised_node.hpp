/// The mock plugin in real processes under a real supervisor, with a clock that the test moves.
///
/// One per test; every wait ends after 30 s with an exception.
#pragma once

#include <muster/core/log/capture.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "host/plugin_supervisor.hpp"
#include "host_process.hpp"
#include "temp_dir.hpp"

namespace muster::test {

/// What became of a call.
struct SeenCall {
  std::optional<agent::CallResult> result;
  int ends = 0;
  std::size_t output = 0;
};

struct SupervisedNode {
  using json = nlohmann::json;

  TempDir dir;
  FakeClock clock;
  log::Capture log;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  std::unique_ptr<agent::PluginSupervisor> supervisor;

  explicit SupervisedNode(const json& config = json::object()) {
    std::filesystem::copy_file(MOCK_PLUGIN, dir / "mock.so");
    agent::SupervisorOptions options;
    options.plugin_directory = dir.path();
    options.host_program = HOST_PROGRAM;
    options.configs["mock"] = config.dump();
    supervisor = agent::PluginSupervisor::create(
                     *loop, log::Logger("test", log::Level::Warn, log.sink(), clock), options)
                     .value();
    supervisor->start();
  }

  template <class Done>
  void run_until(const Done& done) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      if (std::chrono::steady_clock::now() > patience) throw std::runtime_error("it never came");
      if (!loop->run_ready()) std::this_thread::yield();
    }
  }
  agent::PluginStatus mock() const { return supervisor->plugins().at(0); }
  void until(agent::PluginState state) {
    run_until([&] { return mock().state == state; });
  }
  Result<agent::CallHandle> start(const json& orders, SeenCall& seen, std::uint64_t credit = 0) {
    agent::CallSpec spec;
    spec.operation = "mock.run";
    spec.arguments = json::to_msgpack(mock_orders(orders));
    spec.credit = credit;
    agent::CallEvents events{[&](wire::Stream, BytesView bytes) { seen.output += bytes.size(); },
                             [](std::uint16_t, const std::string&) {},
                             [&](agent::CallResult result) {
                               seen.result = std::move(result);
                               ++seen.ends;
                             }};
    return supervisor->start_call(std::move(spec), std::move(events));
  }
  agent::CallResult run(const json& orders) {
    SeenCall seen;
    REQUIRE(start(orders, seen));
    run_until([&] { return seen.ends > 0; });
    return *seen.result;
  }
  pid_t host_pid() { return json::from_msgpack(run({}).result)["pid"]; }
};

}  // namespace muster::test
