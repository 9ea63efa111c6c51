/// A controller without processes: fleet and jobs over a link in memory, and agents whose every
/// word the test says.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <muster/core/base/version.hpp>
#include <muster/core/log/capture.hpp>
#include <muster/core/net/session.hpp>
#include <muster/core/wire/envelope.hpp>
#include <muster/core/wire/task_spec.hpp>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "events/event_log.hpp"
#include "fake_clock.hpp"
#include "fleet/fleet.hpp"
#include "fleet/groups.hpp"
#include "jobs/job_service.hpp"
#include "store/memory_store.hpp"
#include "temp_dir.hpp"

namespace muster::controller {

class SqliteStore;

class ScriptedLink final : public AgentLink {
 public:
  [[nodiscard]] Status send(GatewayId, BytesView route, BytesView payload) override {
    if (full) return fail(ErrorCode::Unavailable, "full");
    frames[to_bytes(route)].push_back(to_bytes(payload));
    return {};
  }
  void allow(GatewayId, std::span<const wire::TransportKey> keys, bool) override {
    allowed += keys.size();
  }
  void revoke(std::span<const wire::TransportKey> keys) override { revoked += keys.size(); }
  void admit(GatewayId, std::uint32_t) override {}

  bool full = false;
  std::size_t allowed = 0;
  std::size_t revoked = 0;
  std::map<Bytes, std::deque<Bytes>> frames;
};

inline constexpr GatewayId kGateway = 1;

/// The manifest that the agents of these tests carry: `test.read` (risk read), `test.change`,
/// `test.secret` and `test.danger`.
[[nodiscard]] std::string test_manifest();
[[nodiscard]] Digest test_manifest_digest();

class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Where it remembers: `store`, unless the environment says otherwise.
  [[nodiscard]] Store& kept();
  /// Runs what is ready, until nothing is and nothing waits to be written.
  void settle();
  void advance(std::chrono::milliseconds by);
  /// The process dies and starts again: memory is gone, the store is not.
  void restart();

  [[nodiscard]] tl::expected<JobId, JobRefusal> create(JobRequest request);
  /// test.change on everything, unless told otherwise.
  [[nodiscard]] JobId run(const std::string& operation = "test.change",
                          const std::string& selector = "all",
                          OfflinePolicy offline = OfflinePolicy::Skip);
  [[nodiscard]] TaskRecord task(JobId job, const std::string& node);
  [[nodiscard]] TaskState state(JobId job, const std::string& node) {
    return task(job, node).state;
  }
  [[nodiscard]] std::size_t events_of(const std::string& type);

  test::FakeClock clock;
  log::Capture said;
  log::Logger log;
  std::unique_ptr<run::EventLoop> loop;
  MemoryStore store;
  test::TempDir directory;
  std::unique_ptr<SqliteStore> disk;  // with MUSTER_TEST_STORE=sqlite
  ScriptedLink link;
  crypto::SessionKeyPair session_key;
  crypto::SigningKey signing_key;
  std::unique_ptr<EventLog> events;
  std::unique_ptr<Groups> groups;
  std::unique_ptr<Fleet> fleet;
  std::unique_ptr<JobService> jobs;

 private:
  void start();
};

class Agent {
 public:
  /// Joins the fleet with keys of its own.
  Agent(World& world, const std::string& name);

  /// HELLO on a new route; the answer's type. An established session is not proven yet.
  wire::MessageType hello(const std::string& machine_id = "");
  /// HELLO, the first heartbeat, and the manifest when it is asked for.
  void connect();
  /// Seals and delivers.
  template <class Message>
  void say(const Message& message) {
    const auto frame = session_->seal(message);
    REQUIRE(frame);
    deliver(*frame);
  }
  void deliver(BytesView frame);
  /// The same `count` times before the controller's loop runs again.
  template <class Message>
  void say_at_once(const Message& message, int count) {
    for (int i = 0; i < count; ++i) {
      const auto frame = session_->seal(message);
      REQUIRE(frame);
      arrive(*frame);
    }
  }
  /// Everything that came since the last call, opened, in order.
  std::vector<net::Opened> hear();
  /// Keeps what came; the messages of one type among it.
  template <class Message>
  std::vector<Message> heard() {
    for (auto& opened : hear()) inbox_.push_back(std::move(opened));
    std::vector<Message> found;
    std::vector<net::Opened> rest;
    for (auto& opened : inbox_) {
      if (opened.type != Message::kType) {
        rest.push_back(std::move(opened));
        continue;
      }
      auto message = wire::decode<Message>(opened.body);
      REQUIRE(message);
      found.push_back(std::move(*message));
    }
    inbox_ = std::move(rest);
    return found;
  }
  /// The specs of the tasks that came.
  std::vector<wire::TaskSpec> tasks();
  [[nodiscard]] bool was_told_to_retry();
  [[nodiscard]] NodeId id() const { return id_; }

  Bytes route;
  wire::Welcome welcome;
  wire::Refused refused;
  std::string machine_id;
  std::string agent_version{kVersion};
  Bytes last_hello;

 private:
  void arrive(BytesView frame);

  World& world_;
  std::string name_;
  NodeId id_;
  crypto::SessionKeyPair transport_;
  crypto::SessionKeyPair session_keys_;
  std::unique_ptr<net::AgentSession> session_;
  std::vector<net::Opened> inbox_;
};

/// A RESULT of a task with this end and no output.
[[nodiscard]] wire::TaskResult result_of(TaskId task, TaskState state = TaskState::Ok);

/// The beginning of most stories: one node, connected, and one task that was sent to it.
class SentTask {
 protected:
  World world;
  Agent agent{world, "web1"};
  JobId job;
  TaskId task;

  SentTask() {
    agent.connect();
    job = world.run();
    task = agent.tasks().at(0).task;
  }
};

}  // namespace muster::controller
