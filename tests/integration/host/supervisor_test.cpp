#include <algorithm>
#include <csignal>
#include <muster/core/base/files.hpp>

#include "catch.hpp"
#include "supervised_node.hpp"

using namespace muster;
using namespace muster::agent;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {
using Node = test::SupervisedNode;
using Seen = test::SeenCall;
}  // namespace

TEST_CASE("a plugin that crashes loses its call and starts again after a while",
          "[integration][agent]") {
  const std::string crash = GENERATE("abort", "segv", "exit");
  Node node;
  node.until(PluginState::Ready);
  const auto lost = node.run({{"crash", crash}});
  CHECK(lost.end == CallEnd::Lost);
  CHECK_THAT(lost.error.value().message, Catch::Contains(crash == "exit" ? "code 3" : "signal"));
  node.until(PluginState::Waiting);
  Seen refused;
  CHECK(node.start({}, refused).error().code == ErrorCode::Unavailable);
  node.clock.advance(1s);
  node.until(PluginState::Ready);
  CHECK(node.mock().restarts == 1);
  CHECK(node.run({}).end == CallEnd::Changed);
}

TEST_CASE("a request that crashed its plugin twice is refused for a day, and no other is",
          "[integration][agent]") {
  Node node;
  for (int i = 0; i < 2; ++i) {
    node.until(PluginState::Ready);
    CHECK(node.run({{"crash", "abort"}}).end == CallEnd::Lost);
    node.clock.advance(60s);
  }
  node.until(PluginState::Ready);
  Seen seen;
  CHECK(node.start({{"crash", "abort"}}, seen).error().code == ErrorCode::FailedPrecondition);
  CHECK(node.run({}).end == CallEnd::Changed);
}

TEST_CASE("five crashes in ten minutes put a plugin into quarantine, with a try afterwards",
          "[integration][agent]") {
  Node node;
  for (int i = 0; i < 5; ++i) {
    node.until(PluginState::Ready);
    CHECK(node.run({{"crash", "segv"}, {"delay_ms", i}}).end == CallEnd::Lost);
    if (i < 4) node.clock.advance(60s);
  }
  node.until(PluginState::Quarantined);
  node.clock.advance(9min);
  node.loop->run_ready();
  CHECK(node.mock().state == PluginState::Quarantined);
  node.clock.advance(1min);
  node.until(PluginState::Ready);
}

TEST_CASE("a host killed from outside loses its calls and leaves no child",
          "[integration][agent]") {
  Node node;
  node.until(PluginState::Ready);
  const auto report = json::from_msgpack(node.run({{"spawn_child", true}}).result);
  Seen seen;
  REQUIRE(node.start({{"finish", "never"}}, seen));
  ::kill(report["pid"].get<pid_t>(), SIGKILL);
  node.run_until([&] { return seen.ends > 0; });
  CHECK(seen.result->end == CallEnd::Lost);
  CHECK_THAT(node.mock().last_trouble, Catch::Contains("signal 9"));
  test::wait_until_gone(report["child"].get<pid_t>());
}

TEST_CASE("a stopped host is found out by its silence and killed", "[integration][agent]") {
  Node node;
  node.until(PluginState::Ready);
  const auto pid = node.host_pid();
  ::kill(pid, SIGSTOP);
  for (int i = 0; i < 4; ++i) {
    node.clock.advance(PluginHost::kPingPeriod);
    node.loop->run_ready();
  }
  node.until(PluginState::Waiting);
  CHECK_THAT(node.mock().last_trouble, Catch::Contains("did not answer"));
}

TEST_CASE("a plugin that floods is heard as far as its credit, and others than it go on",
          "[integration][agent]") {
  Node node;
  node.until(PluginState::Ready);
  Seen flood;
  const auto call = node.start({{"flood", true}}, flood, 100'000);
  REQUIRE(call);
  node.run_until([&] { return flood.output > 0; });
  CHECK(node.run({}).end == CallEnd::Changed);
  node.supervisor->cancel(*call, wire::CancelReason::Requested);
  node.run_until([&] { return flood.ends > 0; });
  CHECK(flood.output == plugins::kMaxChunk);
}

TEST_CASE("a call that ends twice, or speaks for another, ends once", "[integration][agent]") {
  Node node;
  node.until(PluginState::Ready);
  Seen seen;
  REQUIRE(node.start({{"reply_twice", true}, {"reply_unknown_call", true}}, seen));
  node.run_until([&] { return seen.ends > 0; });
  CHECK(node.run({}).end == CallEnd::Changed);
  CHECK(seen.ends == 1);
}

TEST_CASE("a call that ignores its deadline takes its host with it", "[integration][agent]") {
  Node node;
  node.until(PluginState::Ready);
  Seen seen;
  const auto call = node.start({{"finish", "never"}, {"ignore_cancel", true}}, seen);
  REQUIRE(call);
  node.supervisor->cancel(*call, wire::CancelReason::Deadline);
  node.clock.advance(9s);
  node.loop->run_ready();
  CHECK(seen.ends == 0);
  node.clock.advance(1s);
  node.run_until([&] { return seen.ends > 0; });
  CHECK(seen.result->end == CallEnd::Lost);
  CHECK_THAT(seen.result->error.value().message, Catch::Contains("after its deadline"));
}

TEST_CASE("a plugin that refuses its configuration fails for good, and says which field",
          "[integration][agent]") {
  Node node(json{{"fail_init", "not like this"}});
  node.until(PluginState::Failed);
  CHECK(node.mock().last_trouble == "init: not like this (at /fail_init)");
}

TEST_CASE("a file that is no plugin is listed and keeps no other out", "[integration][agent]") {
  Node node;
  REQUIRE(write_file_atomic(node.dir / "a.so", as_bytes("text")));
  const auto again = PluginSupervisor::create(
      *node.loop, log::Logger("test", log::Level::Error, node.log.sink(), node.clock),
      SupervisorOptions{node.dir.path(), HOST_PROGRAM, {}, {}, {}, {}, {}});
  REQUIRE(again);
  CHECK((*again)->plugins().size() == 1);
  REQUIRE((*again)->rejected().size() == 1);
  CHECK_THAT((*again)->rejected()[0].why, Catch::Contains("no ELF shared library"));
}

TEST_CASE("stopping ends every host", "[integration][agent]") {
  Node node;
  node.until(PluginState::Ready);
  const auto pid = node.host_pid();
  bool stopped = false;
  node.supervisor->stop(5s, [&] { stopped = true; });
  node.run_until([&] { return stopped; });
  test::wait_until_gone(pid);
  CHECK(node.mock().state == PluginState::Stopped);
}

TEST_CASE("a plugin's metrics and health are had by asking, all answers at once",
          "[integration][agent]") {
  Node node(json{{"collect", "text"}, {"health", "low on disk"}});
  node.until(PluginState::Ready);
  std::optional<Result<PluginHealth>> health;
  node.supervisor->health("mock", 2s, [&](auto answer) { health = std::move(answer); });
  std::vector<PluginText> all;
  std::optional<Result<std::string>> text;
  node.supervisor->collect_all(2s, [&](auto answers) { all = std::move(answers); });
  node.supervisor->collect("mock", 2s, [&](auto answer) { text = std::move(answer); });
  CHECK_FALSE(text);
  node.run_until([&] { return health && text && !all.empty(); });
  REQUIRE(health->has_value());
  CHECK((*health)->reason == "low on disk");
  REQUIRE(all.size() == 1);
  CHECK(all[0].plugin == "mock");
  CHECK_THAT(all[0].text.value(), Catch::EndsWith("\nmock_gauge 1\n"));
  CHECK(text->value() == all[0].text.value());
}

TEST_CASE("a plugin that is not there, or not ready, answers with an error",
          "[integration][agent]") {
  Node node(json{{"fail_init", "not like this"}});
  std::vector<ErrorCode> codes;
  std::optional<std::size_t> asked;
  const auto keep = [&](const Result<std::string>& answer) {
    codes.push_back(answer.error().code);
  };
  node.supervisor->collect("none", 2s, keep);
  node.supervisor->collect("mock", 2s, keep);
  node.supervisor->collect_all(2s, [&](const auto& answers) { asked = answers.size(); });
  CHECK(codes.empty());
  node.run_until([&] { return codes.size() == 2 && asked; });
  CHECK(codes == std::vector{ErrorCode::NotFound, ErrorCode::Unavailable});
  CHECK(*asked == 0);
}

TEST_CASE("a plugin that is slow to give its metrics is told so at its deadline, and asked once",
          "[integration][agent]") {
  Node node(json{{"collect", "hang"}});
  node.until(PluginState::Ready);
  std::vector<ErrorCode> codes;
  const auto keep = [&](const Result<std::string>& answer) {
    codes.push_back(answer.error().code);
  };
  node.supervisor->collect("mock", 2s, keep);
  node.supervisor->collect("mock", 3s, keep);
  node.clock.advance(1999ms);
  node.loop->run_ready();
  CHECK(codes.empty());
  node.clock.advance(1ms);
  node.run_until([&] { return codes.size() == 1; });
  CHECK(node.mock().state == PluginState::Ready);
  node.clock.advance(1s);
  node.run_until([&] { return codes.size() == 2; });
  CHECK(codes == std::vector{ErrorCode::Timeout, ErrorCode::Timeout});
}

TEST_CASE("a host that dies while it is asked answers with an error", "[integration][agent]") {
  Node node(json{{"collect", "crash"}});
  node.until(PluginState::Ready);
  std::optional<Result<std::string>> text;
  node.supervisor->collect("mock", 2s, [&](auto answer) { text = std::move(answer); });
  node.run_until([&] { return text.has_value(); });
  CHECK(text->error().code == ErrorCode::Unavailable);
  CHECK_THAT(text->error().message, Catch::Contains("signal"));
}

TEST_CASE("a supervisor that goes takes with it what it was about to say", "[integration][agent]") {
  Node node;
  int changes = 0;
  int answers = 0;
  SupervisorOptions options{node.dir.path(), HOST_PROGRAM, {}, [&] { ++changes; }, {}, {}, {}};
  auto other =
      PluginSupervisor::create(
          *node.loop, log::Logger("test", log::Level::Error, node.log.sink(), node.clock), options)
          .value();
  other->start();
  other->collect("none", 0ms, [&](const auto&) { ++answers; });
  other.reset();
  node.until(PluginState::Ready);
  CHECK(changes == 0);
  CHECK(answers == 0);
}

TEST_CASE("a host that crashes is logged with the last lines that its plugin wrote",
          "[integration][agent]") {
  Node node;
  node.until(PluginState::Ready);
  (void)node.run({{"log_lines", 60}, {"crash", "segv"}});
  node.until(PluginState::Waiting);
  const auto entries = node.log.entries();
  const auto end = std::find_if(entries.begin(), entries.end(), [](const auto& entry) {
    return entry.sentence == "plugin host ended, restarting";
  });
  REQUIRE(end != entries.end());
  const std::string lines(end->field("last_lines"));
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 49);
  CHECK_THAT(lines, Catch::StartsWith("a line was asked for number=11\n"));
  CHECK_THAT(lines, Catch::EndsWith("a line was asked for number=60"));
}

TEST_CASE("a plugin whose configuration file is broken fails, and says where",
          "[integration][agent]") {
  const auto [text, why] = GENERATE(table<std::string, std::string>(
      {{"fail_init: x\nhealth: [no\n", "mock.yaml:3:1: "},
       {"fail_init: x\nhealth: y\nfail_init: z\n", "mock.yaml:3:1: "},
       {"other: 1", "other"}}));
  Node node;
  REQUIRE(write_file_atomic(node.dir / "mock.yaml", as_bytes(text)));
  SupervisorOptions options{node.dir.path(), HOST_PROGRAM, {}, {}, {}, node.dir.path(), {}};
  const auto other =
      PluginSupervisor::create(
          *node.loop, log::Logger("test", log::Level::Error, node.log.sink(), node.clock), options)
          .value();
  other->start();
  REQUIRE(other->plugins().size() == 1);
  CHECK(other->plugins()[0].state == PluginState::Failed);
  CHECK_THAT(other->plugins()[0].last_trouble, Catch::StartsWith("its configuration: "));
  CHECK_THAT(other->plugins()[0].last_trouble, Catch::Contains(why));
}
