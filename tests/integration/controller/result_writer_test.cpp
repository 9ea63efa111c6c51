// Results on their way to a disk that fails for a moment.
#include "jobs/result_writer.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <muster/core/log/capture.hpp>
#include <muster/core/log/logger.hpp>
#include <thread>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "store/sqlite_store.hpp"
#include "temp_dir.hpp"

namespace muster::controller {
namespace {

/// One result with a large output, and a disk whose next syncs of files fail.
class FailingDisk {
 public:
  explicit FailingDisk(int failures) : failures_(failures) {
    writer_.add(outcome());
    turn_until([this] { return said_retrying() || !stored.empty(); });
  }
  ~FailingDisk() { store_.reset(); }

  /// Turns the loop until the writer has come so far.
  template <class Until>
  void turn_until(Until until) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!until() && std::chrono::steady_clock::now() < give_up) {
      if (!loop_->run_ready()) std::this_thread::yield();
    }
    REQUIRE(until());
  }
  [[nodiscard]] bool said_retrying() {
    const auto entries = said_.entries();
    return std::any_of(entries.begin(), entries.end(), [](const log::Entry& entry) {
      return entry.sentence.find("retrying every second") != std::string::npos;
    });
  }
  /// A second for each turn, because the next try may not be arranged yet.
  void wait_until_stored() {
    turn_until([this] {
      clock_.advance(std::chrono::seconds(1));
      return !stored.empty();
    });
  }
  [[nodiscard]] Result<Bytes> kept() {
    return store_->read_output(crypto::sha256(content), 0, content.size() + 1);
  }

  const Bytes content = Bytes(kInlineOutput + 1, 7);
  std::vector<TaskOutcome> stored;
  std::atomic<int> syncs = 0;

 private:
  [[nodiscard]] std::unique_ptr<SqliteStore> open() {
    SqliteOptions options{directory_.path(), 0};
    options.sync_calls.file = [this](int) {
      if (++syncs > failures_) return 0;
      errno = EIO;
      return -1;
    };
    auto opened = SqliteStore::open(*loop_, options);
    REQUIRE(opened);
    return std::move(*opened);
  }
  [[nodiscard]] TaskOutcome outcome() {
    JobRecord job;
    job.id = JobId::random();
    TaskRecord task;
    task.id = TaskId::random();
    task.node_name = "web1";
    store_->create_job(job, {task}, nullptr);
    const auto body = store_->new_output();
    REQUIRE(body->append(content));
    task.state = TaskState::Ok;
    task.outputs = {{wire::Stream::Stdout, content.size(), content.size(), body->digest()}};
    return {job.id, task, {body}, 1};
  }

  test::FakeClock clock_;
  test::TempDir directory_;
  const int failures_;
  log::Capture said_;
  log::Logger log_{"test", log::Level::Debug, said_.sink(), clock_};
  std::unique_ptr<run::EventLoop> loop_ = *run::EventLoop::create(clock_);
  std::unique_ptr<SqliteStore> store_ = open();
  ResultWriter writer_{*loop_, *store_, log_,
                       [this](const std::vector<TaskOutcome>& batch) { stored = batch; }};
};

TEST_CASE("an output whose sync failed for a moment is kept whole by the next try",
          "[integration][jobs]") {
  FailingDisk disk(2);
  CHECK(disk.stored.empty());
  CHECK(disk.syncs == 1);
  disk.wait_until_stored();
  CHECK(disk.syncs == 3);
  CHECK(disk.stored[0].bodies.size() == 1);
  CHECK(disk.stored[0].task.outputs.at(0).kept == disk.content.size());
  const auto kept = disk.kept();
  REQUIRE(kept);
  CHECK(*kept == disk.content);
}

}  // namespace
}  // namespace muster::controller
