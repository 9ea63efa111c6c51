/// An executor with everything around it that a test can hold in its hands: a fake clock, a
/// scripted plugin, a controller that only listens, and a real journal in a folder that outlives a
/// "crash".
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <muster/core/crypto/sign.hpp>
#include <muster/core/log/capture.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "executor/executor.hpp"
#include "fake_clock.hpp"
#include "temp_dir.hpp"

namespace muster::test {

constexpr std::int64_t kStart = 1'700'000'000'000;

/// Keeps what the agent said, and says no when told to.
class FakeUplink final : public agent::Uplink {
 public:
  bool say(wire::MessageType type, BytesView body) override {
    if (!connected) return false;
    said.emplace_back(type, to_bytes(body));
    return true;
  }
  [[nodiscard]] bool congested() const override { return full; }
  void leave_out(wire::MessageType type, const Error&) override { left_out.push_back(type); }

  template <class Message>
  [[nodiscard]] std::vector<Message> all() const {
    std::vector<Message> found;
    for (const auto& [type, body] : said) {
      if (type == Message::kType) found.push_back(wire::decode<Message>(body).value());
    }
    return found;
  }
  [[nodiscard]] std::vector<wire::MessageType> types() const {
    std::vector<wire::MessageType> types;
    for (const auto& [type, body] : said) types.push_back(type);
    return types;
  }

  bool connected = true;
  bool full = false;
  std::vector<std::pair<wire::MessageType, Bytes>> said;
  std::vector<wire::MessageType> left_out;
};

/// A plugin whose every word is the test's.
class FakeRunner final : public agent::CallRunner {
 public:
  void set_events(agent::RunnerEvents events) override { events_ = std::move(events); }
  Status start(const agent::Call& call) override {
    if (refuse) return tl::unexpected(*refuse);
    calls.push_back(call);
    return {};
  }
  void cancel(const TaskId& task, wire::CancelReason reason) override {
    cancelled.emplace_back(task, reason);
  }
  void add_credit(const TaskId& task, std::uint64_t bytes) override { credit[task] += bytes; }

  void ready(bool on = true, const std::string& why_not = "") {
    events_.ready("mock", {on, why_not});
  }
  void print(const TaskId& task, std::string_view text,
             wire::Stream stream = wire::Stream::Stdout) {
    events_.output(task, stream, as_bytes(text));
  }
  void progress(const TaskId& task, std::uint16_t done, const std::string& note = "") {
    events_.progress(task, done, note);
  }
  void end(const TaskId& task, agent::Outcome::Kind kind, std::optional<Error> error = {},
           Bytes result = {0x80}) {
    events_.ended(task, {kind, std::move(result), std::move(error)});
  }

  std::optional<Error> refuse;
  std::vector<agent::Call> calls;
  std::vector<std::pair<TaskId, wire::CancelReason>> cancelled;
  std::map<TaskId, std::uint64_t> credit;

 private:
  agent::RunnerEvents events_;
};

class FakeCatalog final : public agent::Catalog {
 public:
  FakeCatalog()
      : manifest_(config::parse_manifest(nlohmann::json::parse(std::string() +
                                                               R"({"muster": 1, "id": "mock",
          "version": "1.0.0", "abi": {"major": 1}, "operations": {
          "mock.read": {"doc": "R.", "risk": "read", "arguments":
            {"type": "object", "properties": {"pad": {"type": "string"}}}},
          "mock.change": {"doc": "C.", "risk": "change", "cancellable": true, "arguments":
            {"type": "object", "properties": {"count": {"type": "integer", "default": 3},
             "pad": {"type": "string"}}}},
          "mock.secret": {"doc": "S.", "risk": "change", "arguments": {"type": "object",
            "properties": {"password": {"type": "string", "x-secret": true}}}},
          "mock.again": {"doc": "A.", "risk": "change", "idempotent": true,
           "cancellable": true},
          "mock.wide": {"doc": "W.", "risk": "change", "arguments":
            {"type": "object", "properties": {"pad": {"type": "string"},
             "more": {"type": "string", "default": ")" + std::string(200'000, 'x') +
                                                               R"("}}}},
          "mock.danger": {"doc": "D.", "risk": "dangerous"}}})"))
                      .value()) {}
  [[nodiscard]] Result<Entry> find(std::string_view operation) const override {
    const auto* found = manifest_.find_operation(operation);
    if (found == nullptr || gone) return fail(ErrorCode::NotFound, "no such operation");
    return Entry{"mock", found};
  }
  /// As another version of the plugin declares it.
  void change(std::string_view operation, config::Risk risk) {
    for (auto& one : manifest_.operations) {
      if (one.name == operation) one.risk = risk;
    }
  }

  bool gone = false;  // the plugin is removed

 private:
  config::Manifest manifest_;
};

class ExecutorHarness {
 public:
  ExecutorHarness() { begin(); }
  ~ExecutorHarness() { crash(); }

  /// What a start of the agent does.
  void begin() {
    loop = run::EventLoop::create(clock).value();
    workers = std::make_unique<run::WorkerPool>(1, 16);
    spool = agent::SpoolStore::open(dir / "spool", spool_budget).value();
    agent::Replay replay;
    journal = journal::Journal::open(dir / "journal", *loop, journal_options,
                                     [&](journal::Lsn, BytesView record) { replay.add(record); })
                  .value();
    REQUIRE(replay.status());
    time = std::make_unique<agent::ControllerTime>(
        [this] {
          return std::chrono::duration_cast<std::chrono::milliseconds>(
                     clock.mono_now().time_since_epoch())
              .count();
        },
        boot_id);
    uplink = FakeUplink();
    runner = FakeRunner();
    executor = std::make_unique<agent::Executor>(
        agent::Surroundings{*loop, *workers, *journal, *spool, runner, catalog, uplink, *time,
                            metrics, log::Logger("test", log::Level::Debug, logged.sink(), clock)},
        agent::AdmissionRules{node, key.public_key(), dev_trust}, limits);
    executor->recover(std::move(replay));
    runner.ready();
  }
  /// What kill -9 does: nothing is finished, nothing is said. What the journal was given is on the
  /// disk or not; tests that need it there wait for it first.
  void crash() {
    executor.reset();
    journal.reset();
    workers.reset();
    spool.reset();
    loop.reset();
  }
  void restart() {
    crash();
    begin();
  }

  wire::Welcome welcome() const {
    wire::Welcome welcome;
    welcome.session = 1;
    welcome.window_bytes = window_bytes;
    welcome.window_messages = window_messages;
    welcome.controller_time_ms = kStart;
    welcome.epoch = 1;
    return welcome;
  }
  void session() { executor->session_began(welcome()); }

  wire::TaskSpec spec(std::string operation,
                      const nlohmann::json& arguments = nlohmann::json::object()) {
    wire::TaskSpec spec;
    spec.task = TaskId::random();
    spec.node = node;
    spec.operation = std::move(operation);
    spec.arguments = nlohmann::json::to_msgpack(arguments);
    spec.epoch = 1;
    spec.not_after_ms = kStart + 60'000;
    spec.timeout = std::chrono::seconds(30);
    spec.output_cap = output_cap;
    return spec;
  }
  [[nodiscard]] wire::Task sign(const wire::TaskSpec& spec) const {
    wire::Task task;
    task.spec = wire::encode_spec(spec);
    task.signature = key.sign(wire::signed_part(task.spec));
    return task;
  }
  TaskId send(const wire::TaskSpec& spec) {
    executor->on_task(sign(spec));
    return spec.task;
  }
  TaskId send(const std::string& operation) { return send(spec(operation)); }

  /// Runs the loop until it holds. Other threads write the journal, so this may take a moment.
  template <class Condition>
  void until(Condition&& holds) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > give_up) FAIL("waited 20 s in vain");
      if (!loop->run_ready()) std::this_thread::yield();
    }
  }
  void until_called(std::size_t calls) {
    until([&] { return runner.calls.size() == calls; });
  }
  /// The only RESULT that was said of this task.
  wire::TaskResult result_of(const TaskId& task) {
    const auto find = [&] {
      std::vector<wire::TaskResult> found;
      for (auto& result : uplink.all<wire::TaskResult>()) {
        if (result.task == task) found.push_back(result);
      }
      return found;
    };
    until([&] { return !find().empty(); });
    REQUIRE(find().size() == 1);
    return find().front();
  }
  void acknowledge(const TaskId& task) { executor->on_result_ack({{task}}); }
  wire::TaskState status_of(const TaskId& task) {
    uplink.said.clear();
    executor->on_query({{task}});
    return uplink.all<wire::StatusReport>().at(0).tasks.at(0).state;
  }

  TempDir dir;
  FakeClock clock;
  log::Capture logged;
  metrics::Registry metrics;
  crypto::SigningKey key = crypto::SigningKey::generate();
  NodeId node = NodeId::random();
  std::string boot_id = "boot-1";
  bool dev_trust = false;
  agent::TableLimits limits;
  journal::Options journal_options;
  std::uint64_t spool_budget = agent::SpoolStore::kDefaultBudget;
  std::uint64_t window_bytes = std::uint64_t{1} << 20U;
  std::uint64_t window_messages = 100;
  std::uint64_t output_cap = std::uint64_t{1} << 20U;

  FakeCatalog catalog;
  FakeUplink uplink;
  FakeRunner runner;
  std::unique_ptr<run::EventLoop> loop;
  std::unique_ptr<run::WorkerPool> workers;
  std::unique_ptr<agent::SpoolStore> spool;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<agent::ControllerTime> time;
  std::unique_ptr<agent::Executor> executor;
};

}  // namespace muster::test
