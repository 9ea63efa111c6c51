/// Jobs, from the request to the last stored result.
///
/// One per process, built in app.cpp after the Fleet whose listener it is; everything is [loop]. It
/// promises that the states of a job's tasks add up to its targets, always, and that a task that
/// may have run is never sent as new and never forgotten. Open jobs are in memory, finished ones in
/// the store only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <muster/core/crypto/noise.hpp>
#include <muster/core/crypto/sign.hpp>
#include <muster/core/run/event_loop.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/event_log.hpp"
#include "fleet/fleet.hpp"
#include "jobs/job_event.hpp"
#include "jobs/job_request.hpp"
#include "jobs/left_out.hpp"
#include "store/store.hpp"

namespace muster::controller {

inline constexpr std::size_t kMaxTasksInFlight = 100;  ///< of one node
inline constexpr std::size_t kMaxOpenTasks = 1'000'000;
inline constexpr std::size_t kMaxWatchers = 1000;

/// Why JobService::create said no, for programs: the API's `reason`.
struct JobRefusal {
  Error error;
  std::string reason;    ///< selector_syntax, matched_nothing, unknown_operation, bad_arguments,
                         ///< idempotency_key …
  std::string position;  ///< of selector_syntax: two lines with a caret
  std::optional<std::size_t> offset = {};  ///< of that place, in bytes
};
using JobCreated = std::function<void(tl::expected<JobId, JobRefusal>)>;

/// What would become of a request if it came now. Pointers live until the next node joins or
/// leaves.
struct JobForecast {
  std::optional<JobRefusal> refusal;  ///< there would be no job; the rest is what it would be else
  std::vector<const Node*> runs;      ///< by name
  std::vector<std::pair<const Node*, LeftOut>> left_out;
};

/// Part of one stream of one task.
struct OutputPart {
  Bytes bytes;             ///< from the offset that was asked for
  std::uint64_t size = 0;  ///< all that was printed, as far as known
  std::uint64_t kept = 0;  ///< what can be read
  bool truncated = false;
};

/// Ends the watching when it goes away. [loop]
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::function<void()> end) : end_(std::move(end)) {}
  Subscription(Subscription&& other) noexcept : end_(std::exchange(other.end_, nullptr)) {}
  Subscription& operator=(Subscription&& other) noexcept {
    reset();
    end_ = std::exchange(other.end_, nullptr);
    return *this;
  }
  ~Subscription() { reset(); }
  void reset() {
    if (auto end = std::exchange(end_, nullptr)) end();
  }

 private:
  std::function<void()> end_;
};

class JobService final : public NodeListener {
 public:
  /// References must outlive it.
  struct Parts {
    run::EventLoop& loop;
    Store& store;
    Fleet& fleet;
    EventLog& events;
    log::Logger& log;
    const crypto::SigningKey& signing_key;
    const crypto::SessionKeyPair& session_key;  ///< digests of requests are keyed by it
    std::size_t max_open_tasks = kMaxOpenTasks;
  };
  explicit JobService(Parts parts);
  ~JobService() override;
  JobService(const JobService&) = delete;
  JobService& operator=(const JobService&) = delete;

  /// Reads the open jobs from the store; their tasks count as delivered. What was not sent of a job
  /// with secret arguments ends, because those are in memory only. Once, before any gateway.
  [[nodiscard]] Status load();

  /// Resolves, checks and freezes; `done` runs once the job is durable. Errors, each with its
  /// reason: InvalidArgument (selector with a caret, unknown operation, arguments with their JSON
  /// pointer), NotFound (no node matches), Conflict (the idempotency key), ResourceExhausted (too
  /// many open tasks).
  void create(JobRequest request, JobCreated done);

  /// What create() would say and freeze now, but for the arguments, which are not looked at.
  [[nodiscard]] JobForecast forecast(const JobRequest& request) const;

  /// Asks every task that is not final to end, as `by` wants; `done` once that wish is durable. A
  /// finished job is left as it is. Errors: NotFound.
  void cancel(JobId job, const std::string& by, Done<void> done);
  /// The same for one task. Not remembered over a restart. Errors: NotFound.
  [[nodiscard]] Status cancel_task(JobId job, NodeId node);

  /// As it is now. Errors: NotFound.
  [[nodiscard]] Result<JobWithTasks> find(JobId job) const;
  [[nodiscard]] Result<JobPage> list(const JobQuery& query) const;
  [[nodiscard]] Result<TaskPage> tasks(const TaskQuery& query) const;
  /// Ids whose text begins with `prefix`, of which a few characters keep them few, in their order;
  /// at most `limit`.
  [[nodiscard]] Result<std::vector<JobId>> ids_with(const std::string& prefix,
                                                    std::size_t limit) const;
  [[nodiscard]] std::size_t open_jobs() const;
  /// Open ones, and those about which late news come.
  [[nodiscard]] std::vector<JobId> in_memory() const;
  /// The tasks of all jobs in memory, by state.
  [[nodiscard]] TaskCounts task_counts() const;

  /// Calls `watcher` with what happens from now on; nothing for what is: ask find(). For a finished
  /// job JobDone follows at once, but never from inside this call. Errors: NotFound,
  /// ResourceExhausted.
  [[nodiscard]] Result<Subscription> subscribe(JobId job, JobWatcher watcher);

  /// Its tasks that are away now, by node name.
  [[nodiscard]] std::vector<TaskAway> away(JobId job) const;

  /// The job's task on the node of this name. Errors: NotFound.
  [[nodiscard]] Result<TaskRecord> find_task(JobId job, std::string_view node_name) const;

  /// At most `most` bytes of a stream of a task that find() or find_task() told of, also while it
  /// runs or has ended since; costs the same however many tasks the job has. A stream that stayed
  /// empty is empty.
  [[nodiscard]] Result<OutputPart> read_output(const TaskRecord& task, wire::Stream stream,
                                               std::uint64_t offset, std::size_t most) const;
  /// The same of a job's task on a node. Errors: NotFound.
  [[nodiscard]] Result<OutputPart> read_output(JobId job, std::string_view node_name,
                                               wire::Stream stream, std::uint64_t offset,
                                               std::size_t most) const;

  /// How often the sum of task states was not the number of targets. Always 0, or there is a bug.
  [[nodiscard]] std::uint64_t broken_sums() const;
  /// How many tasks the search for those whose time is over has looked at: after a job's latest
  /// start its open ones once a second, and no others.
  [[nodiscard]] std::uint64_t tasks_swept() const;
  /// How many tasks the search for the next ones of jobs that go carefully has looked at: each
  /// once, and once more for each time that a node comes for which its job waits.
  [[nodiscard]] std::uint64_t held_tasks_seen() const;

  void on_session(NodeId node) override;
  void on_session_end(NodeId node) override;
  std::optional<wire::Violation> on_message(NodeId node, wire::MessageType type,
                                            BytesView body) override;
  void on_leaving(NodeId node, const std::vector<TaskId>& kept) override;
  void on_offline(NodeId node) override;
  void on_room(NodeId node) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::controller
