/// The Store without a disk, for tests of what stands on it. It forgets everything when it goes
/// away.
///
/// Keeps every promise of store.hpp but durability; completions run on the loop, never inside the
/// call.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <muster/core/run/event_loop.hpp>
#include <optional>
#include <set>
#include <utility>

#include "store/event_limits.hpp"
#include "store/store.hpp"

namespace muster::controller {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(run::EventLoop& loop, EventLimits event_limits = {});

  /// While set, every write fails with it.
  void fail_writes_with(std::optional<Error> error) { *failure_ = std::move(error); }

  /// While held, writes wait; let go, they are done in their order.
  void hold_writes(bool hold);

  /// Output with this digest cannot be kept.
  void lose_output(const Digest& digest) { lost_ = digest; }

  /// How often job() was asked, which costs as much as the job has tasks.
  [[nodiscard]] std::size_t whole_jobs_read() const { return whole_jobs_read_; }

  /// How often a list of jobs had to look at the tasks of one.
  [[nodiscard]] std::size_t jobs_counted() const { return jobs_counted_; }

  /// How often manifest() was asked, which reads a whole text.
  [[nodiscard]] std::size_t manifests_read() const { return manifests_read_; }

  [[nodiscard]] const StoreMeta& meta() const override { return meta_; }
  /// It takes everything, and nothing waits once the loop has run.
  [[nodiscard]] WriteLoad write_load() const override { return {}; }

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
  [[nodiscard]] Result<std::uint64_t> last_event() override { return last_event_; }

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
  /// Runs `apply`, which returns Result<T>, on the loop, where `done` learns of it.
  template <class T, class Apply>
  void write(Apply apply, Done<T> done) {
    held_writes_.emplace_back([this, apply = std::move(apply), done = std::move(done)]() mutable {
      Result<T> result = *failure_ ? Result<T>(tl::unexpected(**failure_)) : Result<T>(apply());
      if (done) done(std::move(result));
    });
    if (!hold_) hold_writes(false);
  }
  [[nodiscard]] NodeRecord* living(NodeId id);
  [[nodiscard]] Result<NodeRecord> enroll(const Digest& secret, NodeRecord node);
  [[nodiscard]] Result<JobId> create(const JobRecord& job, const std::vector<TaskRecord>& tasks);
  [[nodiscard]] Status check_outcomes(const std::vector<TaskOutcome>& outcomes) const;
  void finish(const TaskOutcome& outcome);
  [[nodiscard]] RemovedJobs remove(const RemovalRule& rule);
  std::uint64_t remove_events_before(UnixMs time);
  /// Without the one at this place, and what only it had.
  void take_out(std::size_t at);
  void drop_unused_outputs();
  std::uint64_t append(EventRecord event);
  void forget_oldest_event();
  [[nodiscard]] bool is_wanted(const JobFilter& filter, const JobWithTasks& job) const;
  [[nodiscard]] TaskCounts counts_for(const JobWithTasks& job, const JobQuery& query);
  void change_state(std::vector<TaskId> tasks, TaskState from, TaskState to, Done<void> done);

  run::EventLoop& loop_;
  StoreMeta meta_;
  // Shared with the outputs that it made, which may outlive it.
  std::shared_ptr<std::optional<Error>> failure_ = std::make_shared<std::optional<Error>>();
  bool hold_ = false;
  std::deque<std::function<void()>> held_writes_;
  std::vector<NodeRecord> nodes_;
  std::map<std::string, GroupRecord> groups_;
  std::vector<EnrollmentToken> enrollment_tokens_;
  std::vector<ApiToken> api_tokens_;
  std::vector<JobWithTasks> jobs_;  // oldest first
  std::map<JobId, std::size_t> job_index_;
  std::map<JobId, std::uint64_t> places_;  // in the list, of which others may go
  std::uint64_t last_place_ = 0;
  std::map<JobId, TaskCounts> final_counts_;  // of jobs that ended
  std::map<TaskId, std::pair<std::size_t, std::size_t>> task_index_;
  std::map<Digest, Bytes> outputs_;
  UnixMs believed_time_ = 0;
  std::map<Digest, std::string> manifests_;
  EventLimits event_limits_;
  std::deque<EventRecord> events_;
  std::uint64_t last_event_ = 0;   // its id
  std::uint64_t event_bytes_ = 0;  // of events_
  std::map<std::string, WebhookRecord> webhooks_;
  std::map<std::uint64_t, DeadLetter> dead_letters_;
  std::uint64_t last_letter_ = 0;  // its id
  std::optional<Digest> lost_;
  std::size_t whole_jobs_read_ = 0;
  std::size_t jobs_counted_ = 0;
  std::size_t manifests_read_ = 0;
};

}  // namespace muster::controller
