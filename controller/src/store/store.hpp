/// Everything that the controller must remember, as meanings: no caller knows where or how it is
/// kept.
///
/// One per process, built in app.cpp and handed down by reference. Every method is [loop] and is
/// used by the loop's thread only. Writes are queued to one writer, which commits whatever arrived
/// while it was busy; `done` runs on the loop once the write is durable, in the order of asking.
/// Reads answer at once and see what was committed. A write that fails changed nothing. Common
/// errors of writes: ResourceExhausted (retryable) when the disk is full; Unavailable when it
/// cannot be written to, or (retryable, told before earlier writes are done) when too much waits to
/// be written already.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/job_query.hpp"
#include "store/output_buffer.hpp"
#include "store/records.hpp"
#include "store/retention_records.hpp"
#include "store/task_query.hpp"
#include "store/webhook_records.hpp"

namespace muster::controller {

template <class T>
using Done = std::function<void(Result<T>)>;

/// The end of one task. `outputs` and `bodies` go together; a stream of which nothing was kept has
/// no body.
struct TaskOutcome {
  JobId job;
  TaskRecord task;  ///< as it is to be from now on
  std::vector<std::shared_ptr<OutputBuffer>> bodies;
  UnixMs job_ended = 0;      ///< not 0: with this task, after all others, the whole job ended
  bool job_stopped = false;  ///< it was not sent because its job failed too often
};

using LastStates = std::unordered_map<NodeId, TaskState>;

/// What waits to be written.
struct WriteLoad {
  std::size_t writes = 0;
  std::size_t bytes = 0;       ///< that they hold in memory, about
  std::uint64_t rejected = 0;  ///< since the start: not taken because too much waited
};

class Store {
 public:
  virtual ~Store() = default;

  [[nodiscard]] virtual const StoreMeta& meta() const = 0;
  [[nodiscard]] virtual WriteLoad write_load() const = 0;

  // --- nodes
  /// Uses up one use of the token whose secret has this digest and registers `node` with the
  /// token's labels, both or neither. `done` gets the node as it was stored. A repeat (a living
  /// node has this name and both these keys) gets that node and uses up nothing, also when the
  /// token has no use or time left. Errors: PermissionDenied, with the reason in the sentence, for
  /// a token that is unknown, revoked, expired at `node.enrolled` or used up; Conflict for a name
  /// that a living node has, or an id or key that any node ever had.
  virtual void enroll_node(const Digest& secret, NodeRecord node, Done<NodeRecord> done) = 0;
  /// Replaces what the node told of itself. Errors: NotFound.
  virtual void update_node(NodeId node, NodeReport report, Done<void> done) = 0;
  /// Errors: NotFound.
  virtual void set_labels(NodeId node, Labels labels, Done<void> done) = 0;
  /// Errors: NotFound.
  virtual void set_drain(NodeId node, std::optional<Drain> drain, Done<void> done) = 0;
  /// The node is no more; its id and keys stay taken, its name is free. Errors: NotFound, also when
  /// retired already.
  virtual void retire_node(NodeId node, UnixMs when, Done<void> done) = 0;
  /// All living ones, by name.
  [[nodiscard]] virtual Result<std::vector<NodeRecord>> nodes() = 0;

  // --- groups
  /// Makes the group, or replaces the one of this name.
  virtual void put_group(GroupRecord group, Done<void> done) = 0;
  /// Errors: NotFound.
  virtual void remove_group(std::string name, Done<void> done) = 0;
  /// By name.
  [[nodiscard]] virtual Result<std::vector<GroupRecord>> groups() = 0;

  // --- enrolment tokens
  virtual void add_enrollment_token(EnrollmentToken token, Done<void> done) = 0;
  /// Errors: NotFound, also when revoked already.
  virtual void revoke_enrollment_token(EnrollmentTokenId token, UnixMs when, Done<void> done) = 0;
  /// Those that can still be used at `now`, newest first.
  [[nodiscard]] virtual Result<std::vector<EnrollmentToken>> enrollment_tokens(UnixMs now) = 0;

  // --- operators' API tokens
  /// Errors: Conflict for a name that a token in force has.
  virtual void add_api_token(ApiToken token, Done<void> done) = 0;
  /// Errors: NotFound, also when revoked already.
  virtual void revoke_api_token(ApiTokenId token, UnixMs when, Done<void> done) = 0;
  /// Those in force, by name.
  [[nodiscard]] virtual Result<std::vector<ApiToken>> api_tokens() = 0;

  // --- jobs
  // Each change of a job writes its event with it (job_events.hpp): created, cancelled, stopped,
  // ended.
  /// Stores the job and its frozen tasks, whole or not at all. `done` gets the job's id; when a job
  /// with the same `requested_by` and idempotency key exists, the id of that one, and nothing is
  /// stored. Errors: Conflict when that one had another request digest.
  virtual void create_job(JobRecord job, std::vector<TaskRecord> tasks, Done<JobId> done) = 0;
  /// That job, if there is one; none for an empty key. Errors: Conflict, as above.
  [[nodiscard]] virtual Result<std::optional<JobId>> same_request(const std::string& requested_by,
                                                                  const std::string& key,
                                                                  const Digest& request) = 0;
  /// Stores ends of tasks and their output in one commit; with the first `job_stopped` the job is
  /// stopped for good, unless somebody has asked for its end before. An outcome for a task that has
  /// a final state already changes it only if that is indeterminate. Never refused because too much
  /// waits: the caller asks for one commit at a time and limits what is in it. Errors: NotFound for
  /// a task that does not exist, or output of which a part is gone: asking again is in vain. Any
  /// other error of keeping output may pass, and output of it is whole still.
  virtual void finish_tasks(std::vector<TaskOutcome> outcomes, Done<void> done) = 0;
  /// Remembers that these tasks may have left the controller: queued ones are delivered from now
  /// on, all others stay as they are.
  virtual void note_sent(std::vector<TaskId> tasks, Done<void> done) = 0;
  /// Takes that back: delivered ones did not leave it and are queued, all others stay as they are.
  virtual void note_unsent(std::vector<TaskId> tasks, Done<void> done) = 0;
  /// Remembers that `by` asked for the job's end. Who asks once more changes nothing. Errors:
  /// NotFound.
  virtual void request_cancel(JobId job, std::string by, UnixMs when, Done<void> done) = 0;
  /// With all their tasks; to be loaded at start.
  [[nodiscard]] virtual Result<std::vector<JobWithTasks>> open_jobs() = 0;
  /// Errors: NotFound.
  [[nodiscard]] virtual Result<JobWithTasks> job(JobId id) = 0;
  /// Where the job stands in the list: higher than all that were made before it. Errors: NotFound.
  [[nodiscard]] virtual Result<std::uint64_t> place_of(JobId job) = 0;
  /// In the order of their making, whatever the clock said; as of one moment. Those that a filter
  /// leaves out cost little, and those of one node lead to each other. The counts of a job that
  /// ended were stored with its end, so that listing it reads no task; those of an open one are
  /// counted now, or left empty where the query says so.
  [[nodiscard]] virtual Result<JobPage> jobs(const JobQuery& query) = 0;
  /// The tasks of the jobs that a filter wants, and of a node where it names one; as of one moment.
  [[nodiscard]] virtual Result<TaskPage> tasks(const TaskQuery& query) = 0;
  /// The ids from `first` to `last`, both included, in their order; at most `limit`.
  [[nodiscard]] virtual Result<std::vector<JobId>> job_ids(JobId first, JobId last,
                                                           std::size_t limit) = 0;
  /// The task and the job that it belongs to. Errors: NotFound.
  [[nodiscard]] virtual Result<std::pair<JobId, TaskRecord>> task(TaskId id) = 0;
  /// The state, as it is stored, of each node's task in the newest job of this operation, or of any
  /// when it is empty.
  [[nodiscard]] virtual Result<LastStates> last_states(const std::string& operation) = 0;
  /// The same of the tasks of one job. Errors: NotFound.
  [[nodiscard]] virtual Result<LastStates> last_states(JobId job) = 0;
  /// The job's task on the node that had this name. Errors: NotFound.
  [[nodiscard]] virtual Result<TaskRecord> task_on(JobId job, std::string_view node_name) = 0;

  // --- how long jobs are kept, and the events of their time (jobs/retention.hpp)
  [[nodiscard]] virtual Result<KeptJobs> kept_jobs() = 0;
  /// Takes away jobs that the rule means, with their tasks and idempotency keys, and the
  /// output that no task of another job has; at most kMaxRemovedJobs and, unless the first has
  /// more, kMaxRemovedTasks. Of a node's last task that goes, the newest that is left takes the
  /// place (of the ten jobs before it that outlived it). An event "job.removed" tells of it.
  /// Then events that the rule means go, at most kMaxRemovedEvents and never the newest.
  virtual void remove_jobs(RemovalRule rule, Done<RemovedJobs> done) = 0;
  /// What was kept last with keep_believed_time(); never kept: when the latest job ended; else 0.
  [[nodiscard]] virtual Result<UnixMs> believed_time() = 0;
  virtual void keep_believed_time(UnixMs time, Done<void> done) = 0;

  // --- output
  /// Errors: ResourceExhausted when the process is out of descriptors is told by its append().
  [[nodiscard]] virtual std::shared_ptr<OutputBuffer> new_output() = 0;
  /// At most `most` bytes from `offset` on. Errors: NotFound; Corrupt when the file is not there
  /// any more.
  [[nodiscard]] virtual Result<Bytes> read_output(const Digest& digest, std::uint64_t offset,
                                                  std::size_t most) = 0;

  // --- plugin manifests, by the SHA-256 of their JSON text
  /// A manifest is there while somebody needs it, which the caller says.
  virtual void put_manifest(const Digest& digest, std::string json, Done<void> done) = 0;
  /// Errors: NotFound.
  [[nodiscard]] virtual Result<std::string> manifest(const Digest& digest) = 0;
  /// Those that are there.
  virtual void remove_manifests(std::vector<Digest> digests, Done<void> done) = 0;
  /// All but these.
  virtual void remove_other_manifests(std::vector<Digest> digests, Done<void> done) = 0;

  // --- events
  // As long as jobs are (remove_jobs), and within EventLimits (event_limits.hpp).
  /// `done` gets the event's id; `event.id` is not looked at.
  virtual void append_event(EventRecord event, Done<std::uint64_t> done) = 0;
  /// At most `limit` with an id above `after`, oldest first.
  [[nodiscard]] virtual Result<std::vector<EventRecord>> events_after(std::uint64_t after,
                                                                      std::size_t limit) = 0;
  /// The id of the newest, or 0.
  [[nodiscard]] virtual Result<std::uint64_t> last_event() = 0;

  // --- webhooks
  /// Makes it, with the cursor alone of its progress; or replaces what an operator set of the one
  /// of this name, which then is neither gone nor waiting and keeps the rest of its progress.
  virtual void put_webhook(WebhookRecord webhook, Done<void> done) = 0;
  /// With its dead letters. Errors: NotFound.
  virtual void remove_webhook(std::string name, Done<void> done) = 0;
  /// By name.
  [[nodiscard]] virtual Result<std::vector<WebhookRecord>> webhooks() = 0;
  /// Stores how far it has come, and with it what died on the way; of dead letters the newest are
  /// kept (kMaxDeadLetters, kMaxDeadLetterBytes). Their `id` is not looked at. Errors: NotFound.
  virtual void move_webhook(std::string name, WebhookProgress progress,
                            std::vector<DeadLetter> letters, Done<void> done) = 0;
  /// At most `limit` with an id above `after`, oldest first.
  [[nodiscard]] virtual Result<std::vector<DeadLetter>> dead_letters(const std::string& webhook,
                                                                     std::uint64_t after,
                                                                     std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::size_t> count_dead_letters(const std::string& webhook) = 0;
  /// Errors: NotFound.
  [[nodiscard]] virtual Result<DeadLetter> dead_letter(std::uint64_t id) = 0;
  /// Errors: NotFound.
  virtual void remove_dead_letter(std::uint64_t id, Done<void> done) = 0;
};

}  // namespace muster::controller
