#include <atomic>

#include "executor_harness.hpp"

using namespace muster;
using agent::Outcome;
using test::ExecutorHarness;
using wire::TaskState;

TEST_CASE("a promised task that had not started runs after a crash of the agent",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.runner.ready(false);
  const auto id = agent.send("mock.change");
  agent.until([&] { return !agent.uplink.all<wire::Accept>().empty(); });
  agent.restart();
  agent.until_called(1);  // the same boot: the controller's time is known
  CHECK(agent.runner.calls[0].task == id);
}

TEST_CASE("after a reboot a promised task waits for the controller's time", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.runner.ready(false);
  agent.send("mock.change");
  agent.until([&] { return !agent.uplink.all<wire::Accept>().empty(); });
  agent.boot_id = "boot-2";
  agent.restart();
  agent.loop->run_ready();
  CHECK(agent.runner.calls.empty());
  agent.session();
  agent.until_called(1);
}

TEST_CASE("a promised task whose latest start passed meanwhile is expired", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.runner.ready(false);
  const auto id = agent.send("mock.change");
  agent.until([&] { return !agent.uplink.all<wire::Accept>().empty(); });
  agent.clock.advance(std::chrono::seconds(61));
  agent.restart();
  auto welcome = agent.welcome();
  welcome.controller_time_ms += 61'000;
  agent.executor->session_began(welcome);
  CHECK(agent.result_of(id).state == TaskState::Expired);
  CHECK(agent.runner.calls.empty());
}

TEST_CASE("a started task without an end is indeterminate after a crash, and runs no second time",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  agent.restart();
  agent.session();
  const auto result = agent.result_of(id);
  CHECK(result.state == TaskState::Indeterminate);
  CHECK(result.error.has_value());
  CHECK(agent.runner.calls.empty());
}

TEST_CASE("a started idempotent task runs again after a crash, as a visible second attempt",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.again");
  agent.until_called(1);
  agent.restart();
  agent.session();
  agent.until_called(1);
  agent.runner.end(id, Outcome::Kind::Ok);
  CHECK(agent.result_of(id).attempt == 2);
}

TEST_CASE("a task that was cancelled while it ran runs no second time after a crash",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.again");
  agent.until_called(1);
  agent.executor->on_cancel({id, wire::CancelReason::Requested});
  agent.restart();
  agent.session();
  CHECK(agent.result_of(id).state == TaskState::Indeterminate);
  CHECK(agent.runner.calls.empty());
}

TEST_CASE("a task whose start was on its way to the disk when the agent left runs after its return",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  agent.executor->leave();
  agent.until([&] { return agent.executor->queued() == 1; });
  CHECK(agent.runner.calls.empty());
  agent.restart();
  agent.until_called(1);
  agent.runner.end(id, Outcome::Kind::Changed);
  agent.session();
  const auto result = agent.result_of(id);
  CHECK(result.state == TaskState::Changed);
  CHECK(result.attempt == 1);
}

TEST_CASE("a result survives a crash, with its small output, until it is acknowledged",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  agent.runner.print(id, "hello");
  agent.runner.end(id, Outcome::Kind::Changed);
  (void)agent.result_of(id);
  agent.restart();
  agent.session();
  CHECK(agent.result_of(id).state == TaskState::Changed);
  REQUIRE(agent.uplink.all<wire::Out>().size() == 1);
  CHECK(as_text(agent.uplink.all<wire::Out>()[0].bytes) == "hello");
  agent.acknowledge(id);
  agent.restart();
  agent.session();
  agent.loop->run_ready();
  CHECK(agent.uplink.all<wire::TaskResult>().empty());
  CHECK(agent.status_of(id) == TaskState::Changed);  // known, and never run again
}

TEST_CASE("large output is in a file that survives a crash", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  agent.uplink.connected = false;
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  const std::string text(20'000, 'x');
  agent.runner.print(id, text);
  agent.runner.end(id, Outcome::Kind::Ok);
  agent.until([&] { return agent.executor->table().find(id)->phase == agent::Phase::Ended; });
  agent.restart();
  agent.session();
  const auto result = agent.result_of(id);
  REQUIRE(result.outputs.size() == 1);
  CHECK(result.outputs[0].kept == text.size());
  CHECK(result.outputs[0].digest == crypto::sha256(as_bytes(text)));
  CHECK(as_text(agent.uplink.all<wire::Out>().at(0).bytes) == text);
}

TEST_CASE("an epoch that was seen is seen for ever", "[unit][executor]") {
  ExecutorHarness agent;
  auto welcome = agent.welcome();
  welcome.epoch = 9;
  agent.executor->session_began(welcome);
  agent.until([&] { return agent.journal->syncs() > 0; });
  agent.restart();
  agent.session();
  agent.send("mock.read");
  REQUIRE(agent.uplink.all<wire::Refuse>().size() == 1);
  CHECK(agent.uplink.all<wire::Refuse>()[0].error.code == ErrorCode::FailedPrecondition);
}

TEST_CASE("a smaller journal tells the same story", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  std::vector<TaskId> done;
  // Enough to pass the size at which the journal is made smaller.
  for (int i = 0; i < 12; ++i) {
    const auto id = agent.send(
        agent.spec("mock.change",
                   nlohmann::json::object({{"pad", std::string(std::size_t{400} << 10U, 'x')}})));
    agent.until_called(static_cast<std::size_t>(i) + 1);
    agent.runner.end(id, Outcome::Kind::Ok);
    (void)agent.result_of(id);
    agent.acknowledge(id);
    done.push_back(id);
  }
  const auto running = agent.send("mock.change");
  agent.until_called(13);
  agent.until([&] { return agent.journal->size_bytes() < std::uint64_t{4} << 20U; });
  agent.restart();
  agent.session();
  CHECK(agent.result_of(running).state == TaskState::Indeterminate);
  for (const auto& id : done) CHECK(agent.status_of(id) == TaskState::Ok);
}

namespace {

/// Stops the journal's thread at a step until it is let go.
struct Gate {
  explicit Gate(journal::Step at) : step(at) {}
  void operator()(journal::Step reached) {
    if (reached == step) closed.wait(true);
  }
  void close() { closed = true; }
  void open() {
    closed = false;
    closed.notify_all();
  }
  const journal::Step step;
  std::atomic<bool> closed{false};
};
/// Opens it at the end of a test, whatever happened: the journal's thread must be able to go.
struct OpensAtEnd {
  Gate& gate;
  ~OpensAtEnd() { gate.open(); }
};

/// Runs changes whose promises or results fill a small journal.
struct Filling : ExecutorHarness {
  explicit Filling(std::uint64_t limit) {
    journal_options.max_bytes = limit;
    restart();
    session();
  }
  wire::TaskSpec large() { return spec("mock.change", {{"pad", std::string(600'000, 'x')}}); }
  void run(const wire::TaskSpec& spec, Bytes result = {0x80}) {
    done.push_back(send(spec));
    until_called(done.size());
    runner.end(done.back(), Outcome::Kind::Changed, {}, std::move(result));
    (void)result_of(done.back());
  }
  void run_with_large_result() { run(spec("mock.change"), Bytes(600'000, 1)); }
  void until_below(std::uint64_t bytes) {
    until([&] { return journal->size_bytes() < bytes; });
  }
  std::vector<TaskId> done;
};

}  // namespace

TEST_CASE("a journal that was more than half full of what mattered is made smaller again",
          "[unit][executor]") {
  Filling agent(std::uint64_t{8} << 20U);
  for (int i = 0; i < 9; ++i) agent.run_with_large_result();
  agent.acknowledge(agent.done[0]);
  agent.until_below(9 * 600'000);  // eight of the nine stayed
  for (int i = 0; i < 4; ++i) agent.run_with_large_result();
  agent.executor->on_result_ack({agent.done});
  agent.until_below(std::uint64_t{1} << 20U);
}

TEST_CASE("a journal without room for a record is made smaller when that makes room",
          "[unit][executor]") {
  Filling agent(std::uint64_t{5} << 20U);
  for (int i = 0; i < 8; ++i) agent.run_with_large_result();
  agent.run(agent.spec("mock.change"));
  agent.acknowledge(agent.done.back());
  const auto smaller = agent.dir / "journal" / "00000000000000000002.journal";
  agent.until([&] { return std::filesystem::exists(smaller); });  // the large ones stayed
  agent.send(agent.large());
  agent.until([&] { return agent.uplink.all<wire::Refuse>().size() == 1; });
  agent.acknowledge(agent.done[0]);
  agent.send(agent.large());
  agent.until([&] { return agent.uplink.all<wire::Refuse>().size() == 2; });
  agent.until_below(8 * 600'000);
  agent.run(agent.large());
}

TEST_CASE("an end that cannot be written is told of until it can", "[unit][executor]") {
  Filling agent(std::uint64_t{5} << 20U);
  for (int i = 0; i < 8; ++i) agent.run_with_large_result();
  const auto last = agent.send("mock.change");
  agent.until_called(9);
  agent.runner.end(last, Outcome::Kind::Changed, {}, Bytes(600'000, 1));
  agent.until([&] { return !agent.uplink.all<wire::Progress>().empty(); });
  const auto told = agent.uplink.all<wire::Progress>()[0];
  CHECK(told.task == last);
  CHECK(told.note.starts_with("it has ended, and this node cannot write that down: "));
  agent.executor->on_result_ack({agent.done});
  agent.until([&] {
    agent.clock.advance(std::chrono::milliseconds(100));  // until it is tried again
    return agent.uplink.all<wire::TaskResult>().back().task == last;
  });
  CHECK(agent.result_of(last).state == TaskState::Changed);
}

TEST_CASE("a promise that was refused does not come back through a compaction that held it",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.journal_options.max_bytes = std::uint64_t{5} << 20U;
  agent.restart();
  agent.session();
  const nlohmann::json large{{"pad", std::string(600'000, 'x')}};
  std::vector<TaskId> done;
  for (std::size_t i = 0; i < 8; ++i) {
    done.push_back(agent.send(agent.spec("mock.change", large)));
    agent.until_called(i + 1);
    agent.runner.end(done.back(), Outcome::Kind::Changed);
    REQUIRE(agent.result_of(done.back()).state == TaskState::Changed);
  }
  const auto refused = agent.send(agent.spec("mock.change", large));  // no room in the journal
  agent.executor->on_result_ack({done});                              // and this makes some
  agent.until([&] { return !agent.uplink.all<wire::Refuse>().empty(); });
  CHECK(agent.uplink.all<wire::Refuse>()[0].task == refused);
  agent.until([&] { return agent.journal->size_bytes() < 1 << 20; });
  const auto after = agent.send("mock.change");  // what was written before it is on the disk
  agent.until_called(9);
  CHECK(agent.runner.calls.back().task == after);
  agent.restart();
  agent.session();
  const auto state = agent.status_of(refused);
  CHECK((state == TaskState::Unknown || state == TaskState::Refused));
}

TEST_CASE("a result larger than the wire carries fails its task and not the agent",
          "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  agent.runner.end(id, Outcome::Kind::Changed, {}, Bytes(800'000, 1));
  const auto result = agent.result_of(id);  // decoded with the wire's limits
  CHECK(result.state == TaskState::Failed);
  CHECK(result.error->message.find("800000 bytes") != std::string::npos);
  agent.restart();
  agent.session();
  CHECK(agent.result_of(id).state == TaskState::Failed);
}

TEST_CASE("a promise that a compaction may hold is refused when it is taken back on disk",
          "[unit][executor]") {
  Gate gate(journal::Step::CompactWritten);
  Filling agent(std::uint64_t{5} << 20U);
  agent.journal_options.on_step = [&](journal::Step step) { gate(step); };
  const OpensAtEnd opens{gate};
  agent.restart();
  agent.session();
  for (int i = 0; i < 8; ++i) agent.run(agent.large());
  agent.uplink.said.clear();
  gate.close();
  const auto large = agent.large();
  const auto refused = agent.send(large);       // no room in the journal
  agent.executor->on_result_ack({agent.done});  // and this makes some
  agent.until([&] {
    const auto entries = agent.logged.entries();
    return !entries.empty() && entries.back().sentence.starts_with("cannot write the journal");
  });
  agent.send(large);
  CHECK(agent.uplink.said.empty());
  gate.open();
  agent.until([&] { return !agent.uplink.all<wire::Refuse>().empty(); });
  CHECK(agent.uplink.all<wire::Refuse>()[0].task == refused);
  agent.journal_options.on_step = {};
  agent.restart();
  agent.session();
  const auto state = agent.status_of(refused);
  CHECK((state == TaskState::Unknown || state == TaskState::Refused));
}

TEST_CASE("the output of a task is deleted when its acknowledgement is on disk, and not before",
          "[unit][executor]") {
  ExecutorHarness agent;
  Gate gate(journal::Step::RecordsWritten);
  agent.journal_options.on_step = [&](journal::Step step) { gate(step); };
  agent.restart();
  agent.session();
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  agent.runner.print(id, std::string(100'000, 'x'));
  agent.runner.end(id, Outcome::Kind::Ok);
  (void)agent.result_of(id);
  const auto files = [&] {
    const std::filesystem::directory_iterator all(agent.dir / "spool");
    return std::distance(begin(all), end(all));
  };
  const OpensAtEnd opens{gate};
  gate.close();
  agent.acknowledge(id);
  CHECK(files() == 1);
  gate.open();
  agent.until([&] { return files() == 0; });
}

TEST_CASE("an executor may go while a worker still syncs output for it", "[unit][executor]") {
  ExecutorHarness agent;
  agent.session();
  const auto id = agent.send("mock.change");
  agent.until_called(1);
  agent.runner.print(id, std::string(100'000, 'x'));
  std::atomic<bool> busy{true};
  REQUIRE(agent.workers->submit([&] { busy.wait(true); }));  // the only worker
  agent.runner.end(id, Outcome::Kind::Ok);
  agent.executor.reset();
  busy = false;
  busy.notify_all();
  agent.workers.reset();  // finishes what it accepted
}
