/// A store of either kind on a loop that the test turns, with what most cases need.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"
#include "temp_dir.hpp"

namespace muster::controller {

enum class Kind { Memory, Sqlite };

class StoreFixture {
 public:
  explicit StoreFixture(Kind kind, EventLimits event_limits = {})
      : kind_(kind), event_limits_(event_limits), loop_(*run::EventLoop::create(clock_)) {
    open();
  }
  ~StoreFixture() { store_.reset(); }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  run::EventLoop& loop() { return *loop_; }
  const test::TempDir& directory() const { return directory_; }
  [[nodiscard]] bool durable() const { return kind_ == Kind::Sqlite; }

  /// Closes and opens again; a memory store stays as it is.
  void reopen() {
    if (!durable()) return;
    store_.reset();
    open();
  }

  /// Takes the tasks of all jobs away, where they can be, so that reading them would be seen.
  void lose_tasks() {
    if (!durable()) return;
    SQLite::Database database((directory_ / "muster.db").string(), SQLite::OPEN_READWRITE);
    database.exec("DELETE FROM tasks");
  }

  /// Starts a write and turns the loop until it is done.
  template <class T, class Begin>
  Result<T> wait(Begin begin) {
    std::optional<Result<T>> result;
    begin([&](Result<T> got) { result = std::move(got); });
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!result && std::chrono::steady_clock::now() < give_up) {
      if (!loop_->run_ready()) std::this_thread::yield();
    }
    REQUIRE(result);
    return std::move(*result);
  }
  template <class Begin>
  Status wait_done(Begin begin) {
    return wait<void>(begin);
  }

  // --- short hands
  void add_token(const std::string& secret, std::uint32_t uses, UnixMs expires,
                 Labels labels = {}) {
    EnrollmentToken token;
    token.id = EnrollmentTokenId::random();
    token.secret = crypto::sha256(as_bytes(secret));
    token.created = 1;
    token.expires = expires;
    token.uses = token.uses_left = uses;
    token.labels = std::move(labels);
    token.created_by = "admin";
    REQUIRE(wait_done([&](auto done) { store_->add_enrollment_token(token, done); }));
  }
  static NodeRecord node(const std::string& name) {
    NodeRecord record;
    record.id = NodeId::random();
    record.name = name;
    record.machine_id = "machine of " + name;
    record.transport_key = crypto::sha256(as_bytes(record.id.text() + "t"));
    record.session_key = crypto::sha256(as_bytes(record.id.text() + "s"));
    record.enrolled = 100;
    return record;
  }
  Result<NodeRecord> enroll(const std::string& secret, NodeRecord record) {
    return wait<NodeRecord>(
        [&](auto done) { store_->enroll_node(crypto::sha256(as_bytes(secret)), record, done); });
  }
  static JobRecord job() {
    JobRecord record;
    record.id = JobId::random();
    record.operation = "system.ping";
    record.selector = "all";
    record.arguments = "{}";
    record.requested_by = "admin";
    record.created = 5;
    return record;
  }
  static TaskRecord task(const std::string& name) {
    TaskRecord record;
    record.id = TaskId::random();
    record.node = NodeId::random();
    record.node_name = name;
    return record;
  }
  Result<JobId> create(const JobRecord& record, const std::vector<TaskRecord>& tasks) {
    return wait<JobId>([&](auto done) { store_->create_job(record, tasks, done); });
  }
  /// An event whose text has two bytes more than `data`; its id.
  std::uint64_t record(const std::string& data, UnixMs time = 1) {
    const EventRecord event{0, time, "t", "s", data};
    const auto id = wait<std::uint64_t>([&](auto done) { store_->append_event(event, done); });
    REQUIRE(id);
    return *id;
  }
  Status finish(std::vector<TaskOutcome> outcomes) {
    return wait_done([&](auto done) { store_->finish_tasks(std::move(outcomes), done); });
  }

 private:
  void open() {
    if (!durable()) {
      store_ = std::make_unique<MemoryStore>(*loop_, event_limits_);
      return;
    }
    SqliteOptions options{directory_.path(), 0};
    options.event_limits = event_limits_;
    auto opened = SqliteStore::open(*loop_, options);
    REQUIRE(opened);
    store_ = std::move(*opened);
  }

  Kind kind_;
  EventLimits event_limits_;
  test::FakeClock clock_;
  test::TempDir directory_;
  std::unique_ptr<run::EventLoop> loop_;
  std::unique_ptr<Store> store_;
};

}  // namespace muster::controller
