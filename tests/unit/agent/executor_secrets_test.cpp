// Secret arguments leave the journal's file when their task is over.
#include <filesystem>
#include <muster/core/base/files.hpp>
#include <set>

#include "executor_harness.hpp"

using namespace muster;
using agent::Outcome;
using test::ExecutorHarness;

namespace {

constexpr const char* kSecret = "correct-horse";

/// How often it stands in the journal.
int secrets_in(const ExecutorHarness& agent) {
  std::string all;
  for (const auto& file : std::filesystem::directory_iterator(agent.dir / "journal")) {
    // A segment may go away between being listed and being read.
    if (const auto text = read_file(file.path())) all += *text;
  }
  int count = 0;
  for (auto at = all.find(kSecret); at != std::string::npos; at = all.find(kSecret, at + 1)) {
    ++count;
  }
  return count;
}

bool holds_secret(const ExecutorHarness& agent) { return secrets_in(agent) > 0; }

/// All that the agent logged.
std::string log_of(ExecutorHarness& agent) {
  std::string text;
  for (const auto& entry : agent.logged.entries()) {
    text += entry.sentence;
    for (const auto& [key, value] : entry.fields) text += " " + key + "=" + value;
  }
  return text;
}

TaskId send_secret(ExecutorHarness& agent) {
  return agent.send(agent.spec("mock.secret", {{"password", kSecret}}));
}

}  // namespace

TEST_CASE("a secret argument is in the journal until its task is over, and not for long after",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = send_secret(agent);
  agent.until_called(1);
  CHECK(holds_secret(agent));
  agent.runner.end(id, Outcome::Kind::Changed);
  (void)agent.result_of(id);
  SECTION("acknowledged or not") {
    const bool acknowledged = GENERATE(true, false);
    if (acknowledged) agent.acknowledge(id);
    agent.clock.advance(std::chrono::seconds(10));
    agent.until([&] { return !holds_secret(agent); });
  }
  SECTION("also when the agent crashed before it came to it") {
    const bool acknowledged = GENERATE(true, false);
    if (acknowledged) {
      const auto syncs = agent.journal->syncs();
      agent.acknowledge(id);
      agent.until([&] { return agent.journal->syncs() > syncs; });
    }
    agent.restart();
    CHECK(holds_secret(agent));
    agent.clock.advance(std::chrono::seconds(10));
    agent.until([&] { return !holds_secret(agent); });
  }
  agent.restart();
  agent.session();
  CHECK(agent.status_of(id) == wire::TaskState::Changed);
  CHECK(log_of(agent).find(kSecret) == std::string::npos);
}

TEST_CASE("neither a refusal nor the log repeats what is wrong with a secret argument",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.send(agent.spec("mock.secret", {{"password", {{kSecret, kSecret}}}}));
  agent.send(agent.spec("mock.secret", {{"password", nlohmann::json::array({kSecret})}}));
  agent.until([&] { return agent.uplink.all<wire::Refuse>().size() == 2; });
  for (const auto& [type, body] : agent.uplink.said) {
    CHECK(std::string(as_text(body)).find(kSecret) == std::string::npos);
  }
  CHECK(log_of(agent).find(kSecret) == std::string::npos);
}

TEST_CASE("a task that waits keeps its secret argument when the journal is wiped of others",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto over = send_secret(agent);
  agent.until_called(1);
  agent.runner.ready(false);
  const auto waits = send_secret(agent);
  agent.until([&] { return agent.uplink.all<wire::Accept>().size() == 1; });
  agent.runner.end(over, Outcome::Kind::Changed);
  (void)agent.result_of(over);
  CHECK(secrets_in(agent) == 2);
  agent.clock.advance(std::chrono::seconds(10));
  agent.until([&] { return secrets_in(agent) == 1; });
  agent.restart();
  agent.until_called(1);
  CHECK(agent.runner.calls[0].task == waits);
  CHECK(nlohmann::json::from_msgpack(agent.runner.calls[0].arguments) ==
        nlohmann::json{{"password", kSecret}});
}

TEST_CASE("the wipe for one task is not put off by the ends of others", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  for (std::size_t calls = 1; calls <= 2; ++calls) {
    const auto id = send_secret(agent);
    agent.until_called(calls);
    agent.runner.end(id, Outcome::Kind::Changed);
    (void)agent.result_of(id);
    agent.clock.advance(std::chrono::seconds(5));
  }
  agent.until([&] { return !holds_secret(agent); });
}

TEST_CASE("arguments of an operation that is not known any more may be secret",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = send_secret(agent);
  agent.until_called(1);
  agent.catalog.gone = true;
  agent.runner.end(id, Outcome::Kind::Changed);
  (void)agent.result_of(id);
  agent.clock.advance(std::chrono::seconds(10));
  agent.until([&] { return !holds_secret(agent); });
}

TEST_CASE("a wipe that fails is tried again", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = send_secret(agent);
  agent.until_called(1);
  agent.runner.end(id, Outcome::Kind::Changed);
  (void)agent.result_of(id);
  const auto blocked = agent.dir / "journal" / "00000000000000000002.journal.new";
  std::filesystem::create_directories(blocked / "in the way");
  agent.clock.advance(std::chrono::seconds(10));
  agent.until([&] { return !agent.logged.entries().empty(); });
  CHECK(holds_secret(agent));
  std::filesystem::remove_all(blocked);
  agent.clock.advance(std::chrono::seconds(10));
  agent.until([&] { return !holds_secret(agent); });
}

TEST_CASE("an ordinary task's end makes no compaction", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  agent.runner.end(id, Outcome::Kind::Changed);
  (void)agent.result_of(id);
  const auto segments = [&] {
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(agent.dir / "journal")) {
      names.insert(file.path().filename());
    }
    return names;
  };
  const auto before = segments();
  agent.clock.advance(std::chrono::seconds(10));
  agent.loop->run_ready();
  agent.restart();  // which waits for the journal's writer
  agent.clock.advance(std::chrono::seconds(10));
  agent.loop->run_ready();
  agent.restart();
  CHECK(segments() == before);
}
