#include <csignal>
#include <muster/core/base/files.hpp>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "fleet.hpp"

using namespace muster;
using nlohmann::json;
using test::Fleet;
using wire::TaskState;

namespace {

std::size_t lines_of(const std::filesystem::path& file) {
  const auto text = read_file(file);
  return text ? static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n')) : 0;
}

/// The RESULT of the call, which tells when its plugin has begun too.
json orders(const Fleet& fleet) {
  return {{"finish", "never"}, {"append_to", (fleet.scene.dir / "ran").string()}};
}

}  // namespace

TEST_CASE("a ping goes through real processes and back", "[integration][agent]") {
  Fleet fleet;
  REQUIRE(fleet.until_ready("system"));
  const auto task = fleet.send("system.ping", {{"payload", "hello"}});
  REQUIRE(fleet.until_result(task));
  const auto& result = fleet.results[task].front();
  CHECK(result.state == TaskState::Ok);
  CHECK(json::from_msgpack(result.result)["payload"] == "hello");
}

TEST_CASE("a program's output streams to the controller whole, and its digest fits",
          "[integration][agent]") {
  Fleet fleet;
  fleet.output_cap = std::uint64_t{1} << 30U;
  REQUIRE(fleet.until_ready("mock"));
  constexpr std::uint64_t kBytes = (std::uint64_t{20} << 20U) + 17;
  const auto task = fleet.send("mock.read", {{"finish", "ok"}, {"output_bytes", kBytes}});
  REQUIRE(fleet.until_result(task));
  const auto& result = fleet.results[task].front();
  REQUIRE(result.outputs.size() == 1);
  CHECK(result.outputs[0].size == kBytes);
  CHECK(fleet.stdouts[task].bytes == kBytes);
  CHECK(fleet.stdouts[task].sum.finish() == result.outputs[0].digest);
}

TEST_CASE("after kill -9 of the agent a change that ran is indeterminate and ran once",
          "[integration][agent]") {
  Fleet fleet;
  REQUIRE(fleet.until_ready("mock"));
  const auto task = fleet.send("mock.run", orders(fleet));
  REQUIRE(fleet.until([&] { return lines_of(fleet.scene.dir / "ran") == 1; }));
  CHECK(fleet.end_agent(SIGKILL) == -SIGKILL);
  fleet.start_agent();
  REQUIRE(fleet.until_result(task));
  CHECK(fleet.results[task].front().state == TaskState::Indeterminate);
  CHECK(lines_of(fleet.scene.dir / "ran") == 1);
}

TEST_CASE("after kill -9 of the agent an idempotent change runs once more, visibly",
          "[integration][agent]") {
  Fleet fleet;
  REQUIRE(fleet.until_ready("mock"));
  auto arguments = orders(fleet);
  arguments["finish"] = "ok";
  arguments["delay_ms"] = 2000;
  const auto task = fleet.send("mock.idempotent", arguments);
  REQUIRE(fleet.until([&] { return lines_of(fleet.scene.dir / "ran") == 1; }));
  fleet.end_agent(SIGKILL);
  fleet.start_agent();
  REQUIRE(fleet.until_result(task));
  CHECK(fleet.results[task].front().state == TaskState::Ok);
  CHECK(fleet.results[task].front().attempt == 2);
  CHECK(lines_of(fleet.scene.dir / "ran") == 2);
}

TEST_CASE("a result that was not acknowledged is told again after kill -9",
          "[integration][agent]") {
  Fleet fleet;
  fleet.acknowledge = false;
  REQUIRE(fleet.until_ready("mock"));
  const auto task = fleet.send("mock.run", {{"finish", "changed"}});
  REQUIRE(fleet.until_result(task));
  fleet.end_agent(SIGKILL);
  fleet.start_agent();
  REQUIRE(fleet.until([&] { return fleet.results[task].size() == 2; }));
  CHECK(fleet.results[task][1].state == TaskState::Changed);
}

TEST_CASE("a plugin that crashes takes its call with it and nothing else", "[integration][agent]") {
  Fleet fleet;
  REQUIRE(fleet.until_ready("mock"));
  REQUIRE(fleet.until_ready("system"));
  const auto crash = fleet.send("mock.run", {{"crash", "segv"}});
  const auto ping = fleet.send("system.ping", json::object());
  REQUIRE(fleet.until_result(crash));
  REQUIRE(fleet.until_result(ping));
  CHECK(fleet.results[crash].front().state == TaskState::Indeterminate);
  CHECK_THAT(fleet.results[crash].front().error->message, Catch::Contains("signal"));
  CHECK(fleet.results[ping].front().state == TaskState::Ok);
}

TEST_CASE("a cancel ends a running task", "[integration][agent]") {
  Fleet fleet;
  REQUIRE(fleet.until_ready("mock"));
  const auto task = fleet.send("mock.run", {{"finish", "never"}});
  REQUIRE(fleet.until([&] { return fleet.starts[task] == 1; }));
  fleet.say(wire::Cancel{task, wire::CancelReason::Requested});
  REQUIRE(fleet.until_result(task));
  CHECK(fleet.results[task].front().state == TaskState::Cancelled);
}

TEST_CASE("an agent that is asked to end does so, with status 0", "[integration][agent]") {
  Fleet fleet;
  REQUIRE(fleet.until_ready("mock"));
  CHECK(fleet.end_agent(SIGTERM) == 0);
}

TEST_CASE("an event goes from the plugin to the controller, with its source and id",
          "[integration][agent]") {
  Fleet fleet;
  REQUIRE(fleet.until_ready("mock"));
  const auto task =
      fleet.send("mock.emit", {{"subject", "web"}, {"id", "i1"}, {"text", "x"}, {"times", 2}});
  REQUIRE(fleet.until_result(task));
  REQUIRE(fleet.until([&] { return fleet.events.size() == 2; }));
  for (const auto& event : fleet.events) {
    CHECK(event.type == "mock.happened");
    CHECK(event.subject == "web");
    CHECK(event.source == "mock");
    CHECK(event.id == "i1");
    CHECK(json::from_msgpack(event.data) == json{{"text", "x"}});
  }
}
