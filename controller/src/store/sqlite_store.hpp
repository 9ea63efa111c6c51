/// The Store in one directory: muster.db (SQLite, WAL), outputs/ and a lock file.
///
/// One writer thread with its own connection; reads on the loop through a second one. The loop must
/// outlive it; completions that the loop has not run when it is destroyed never run.
#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <memory>
#include <muster/core/base/fd.hpp>
#include <muster/core/run/event_loop.hpp>
#include <utility>

#include "store/event_limits.hpp"
#include "store/output_files.hpp"
#include "store/store.hpp"
#include "store/write_queue.hpp"

namespace muster::controller {

struct SqliteOptions {
  std::filesystem::path directory;
  std::uint32_t max_pages = 0;  ///< the database refuses to grow beyond; 0: no limit
  WriteLimits write_limits = {};
  SyncCalls sync_calls = {};  ///< of output files
  EventLimits event_limits = {};
};

class SqliteStore final : public Store {
 public:
  /// Opens or makes the store and raises its epoch. Blocks. Errors: Conflict when another process
  /// has it open, Unsupported for a later version's, Corrupt, PermissionDenied, ResourceExhausted.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(run::EventLoop& loop,
                                                                 const SqliteOptions& options);
  ~SqliteStore() override;

  [[nodiscard]] const StoreMeta& meta() const override { return meta_; }
  [[nodiscard]] WriteLoad write_load() const override { return writes_.load(); }

  void enroll_node(const Digest& secret, NodeRecord node, Done<NodeRecord> done) override;
  void update_node(NodeId node, NodeReport report, Done<void> done) override;
  void set_labels(NodeId node, Labels labels, Done<void> done) override;
  void set_drain(NodeId node, std::optional<Drain> drain, Done<void> done) override;
  void retire_node(NodeId node, UnixMs when, Done<void> done) override;
  [[nodiscard]] Result<std::vector<NodeRecord>> nodes() override;

  void put_group(GroupRecord group, Done<void> done) override;
  void remove_group(std::string name, Done<void> done) override;
  [[nodiscard]] Result<std::vector<GroupRecord>> groups() override;

  void add_enrollment_token(EnrollmentToken token, Done<void> done) override;
  void revoke_enrollment_token(EnrollmentTokenId token, UnixMs when, Done<void> done) override;
  [[nodiscard]] Result<std::vector<EnrollmentToken>> enrollment_tokens(UnixMs now) override;

  void add_api_token(ApiToken token, Done<void> done) override;
  void revoke_api_token(ApiTokenId token, UnixMs when, Done<void> done) override;
  [[nodiscard]] Result<std::vector<ApiToken>> api_tokens() override;

  void create_job(JobRecord job, std::vector<TaskRecord> tasks, Done<JobId> done) override;
  [[nodiscard]] Result<std::optional<JobId>> same_request(const std::string& requested_by,
                                                          const std::string& key,
                                                          const Digest& request) override;
  void finish_tasks(std::vector<TaskOutcome> outcomes, Done<void> done) override;
  void note_sent(std::vector<TaskId> tasks, Done<void> done) override;
  void note_unsent(std::vector<TaskId> tasks, Done<void> done) override;
  void request_cancel(JobId job, std::string by, UnixMs when, Done<void> done) override;
  [[nodiscard]] Result<std::vector<JobWithTasks>> open_jobs() override;
  [[nodiscard]] Result<JobWithTasks> job(JobId id) override;
  [[nodiscard]] Result<std::uint64_t> place_of(JobId job) override;
  [[nodiscard]] Result<JobPage> jobs(const JobQuery& query) override;
  [[nodiscard]] Result<TaskPage> tasks(const TaskQuery& query) override;
  [[nodiscard]] Result<std::vector<JobId>> job_ids(JobId first, JobId last,
                                                   std::size_t limit) override;
  [[nodiscard]] Result<std::pair<JobId, TaskRecord>> task(TaskId id) override;
  [[nodiscard]] Result<LastStates> last_states(const std::string& operation) override;
  [[nodiscard]] Result<LastStates> last_states(JobId job) override;
  [[nodiscard]] Result<TaskRecord> task_on(JobId job, std::string_view node_name) override;

  [[nodiscard]] Result<KeptJobs> kept_jobs() override;
  void remove_jobs(RemovalRule rule, Done<RemovedJobs> done) override;
  [[nodiscard]] Result<UnixMs> believed_time() override;
  void keep_believed_time(UnixMs time, Done<void> done) override;

  [[nodiscard]] std::shared_ptr<OutputBuffer> new_output() override;
  [[nodiscard]] Result<Bytes> read_output(const Digest& digest, std::uint64_t offset,
                                          std::size_t most) override;

  void put_manifest(const Digest& digest, std::string json, Done<void> done) override;
  [[nodiscard]] Result<std::string> manifest(const Digest& digest) override;
  void remove_manifests(std::vector<Digest> digests, Done<void> done) override;
  void remove_other_manifests(std::vector<Digest> digests, Done<void> done) override;

  void append_event(EventRecord event, Done<std::uint64_t> done) override;
  [[nodiscard]] Result<std::vector<EventRecord>> events_after(std::uint64_t after,
                                                              std::size_t limit) override;
  [[nodiscard]] Result<std::uint64_t> last_event() override;

  void put_webhook(WebhookRecord webhook, Done<void> done) override;
  void remove_webhook(std::string name, Done<void> done) override;
  [[nodiscard]] Result<std::vector<WebhookRecord>> webhooks() override;
  void move_webhook(std::string name, WebhookProgress progress, std::vector<DeadLetter> letters,
                    Done<void> done) override;
  [[nodiscard]] Result<std::vector<DeadLetter>> dead_letters(const std::string& webhook,
                                                             std::uint64_t after,
                                                             std::size_t limit) override;
  [[nodiscard]] Result<std::size_t> count_dead_letters(const std::string& webhook) override;
  [[nodiscard]] Result<DeadLetter> dead_letter(std::uint64_t id) override;
  void remove_dead_letter(std::uint64_t id, Done<void> done) override;

 private:
  SqliteStore(UniqueFd lock, StoreMeta meta, std::unique_ptr<OutputFiles> files,
              std::unique_ptr<SQLite::Database> reader, std::unique_ptr<SQLite::Database> writer,
              run::EventLoop& loop, const SqliteOptions& options);

  static constexpr std::size_t kSmallWrite = 512;

  /// Removes the files of unused_outputs, some at a time.
  void remove_unused_files();

  /// `apply(database)` returns Result<T> on the writer's thread; `bytes` is what it holds beyond a
  /// few fields.
  template <class T, class Apply>
  void write(Apply apply, Done<T> done, std::size_t bytes = 0, bool always = false) {
    struct Slot {
      Result<T> value = fail(ErrorCode::Internal, "not written");
    };
    const auto slot = std::make_shared<Slot>();
    writes_.push({[slot, apply = std::move(apply)](SQLite::Database& database) -> Status {
                    slot->value = apply(database);
                    if (!slot->value) return tl::unexpected(slot->value.error());
                    return {};
                  },
                  [slot, done = std::move(done)](Status committed) {
                    if (!done) return;
                    if (!committed) return done(tl::unexpected(committed.error()));
                    done(std::move(slot->value));
                  },
                  bytes + kSmallWrite, always});
  }

  UniqueFd lock_;
  StoreMeta meta_;
  std::unique_ptr<OutputFiles> files_;
  EventLimits event_limits_;
  std::unique_ptr<SQLite::Database> reader_;
  WriteQueue writes_;
};

}  // namespace muster::controller
