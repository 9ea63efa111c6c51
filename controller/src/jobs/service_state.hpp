/// The inside of JobService, shared by its source files only.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <muster/core/log/logger.hpp>
#include <muster/core/run/event_loop.hpp>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "jobs/job_plan.hpp"
#include "jobs/job_service.hpp"
#include "jobs/open_job.hpp"
#include "jobs/result_writer.hpp"
#include "jobs/task_rules.hpp"
#include "jobs/watchers.hpp"

namespace muster::controller {

inline constexpr std::chrono::seconds kSweep{1};
inline constexpr std::chrono::milliseconds kAwayGrace{30'000};  ///< after the last possible end
inline constexpr std::chrono::milliseconds kPresentGrace{
    60'000};  ///< of a node that is there and silent
inline constexpr std::chrono::milliseconds kIdleAck{20};
inline constexpr std::chrono::milliseconds kBusyPause{
    2000};  ///< of a node whose RESULT found no room
inline constexpr std::uint64_t kAckEvery = std::uint64_t{256} << 10U;
inline constexpr int kMaxRevived = 100;  ///< given-up tasks that nodes tell more of, each sweep
inline constexpr int kMaxVainRewinds = 3;
inline constexpr int kMaxWrongDigests = 3;

/// What one node has of our tasks.
struct NodeWork {
  std::deque<OpenTask*> waiting;          // queued, in order
  std::map<TaskId, OpenTask*> in_flight;  // delivered, accepted, running, or collecting
  std::vector<OpenTask*> parked;          // held back, of jobs that wait for the node
  bool noting = false;                    // the store is being told of what goes out next

  [[nodiscard]] bool idle() const { return waiting.empty() && in_flight.empty() && parked.empty(); }
};

struct JobService::State {
  explicit State(Parts the_parts);

  // the life of jobs and tasks: job_service.cpp
  OpenJob& take_in(JobRecord job, std::vector<TaskRecord> tasks, Bytes arguments, bool read_only);
  [[nodiscard]] OpenJob* find(JobId id);
  [[nodiscard]] OpenTask* find(TaskId id);
  void release(OpenJob& job);
  void forget_task(OpenTask& task);
  /// How many more tasks there may be.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] UnixMs now() const { return to_unix_ms(parts.loop.clock().unix_now()); }

  // transitions: job_transitions.cpp
  void set_state(OpenTask& task, TaskState state);
  void check_sum(const OpenJob& job);
  /// The counts against every task, where a job begins and ends.
  void check_counts(const OpenJob& job);
  /// Stores the end of a task; its state changes when that is durable.
  void end(OpenTask& task, TaskRecord last, std::vector<std::shared_ptr<OutputBuffer>> bodies);
  void end(OpenTask& task, TaskState state, ErrorCode code, std::string why);
  void on_stored(const std::vector<TaskOutcome>& outcomes);
  void apply_stored(OpenTask& task, const TaskOutcome& outcome);
  [[nodiscard]] std::vector<OutputRecord> outputs_so_far(
      OpenTask& task, std::vector<std::shared_ptr<OutputBuffer>>& bodies);

  // sending: job_dispatch.cpp
  void dispatch(NodeId node);
  [[nodiscard]] bool send_task(OpenTask& task);
  /// Whether a new task for the node goes out as soon as it is stored.
  [[nodiscard]] bool sends_at_once(NodeId node) const;
  /// Lets the store know that the next tasks may have left us; they go out when it does.
  void note(NodeId node);
  /// Takes that back for those that the node left too early for.
  void note_unsent(NodeId node);
  void query(NodeId node);
  void want_cancel(OpenTask& task);
  void send_cancel(OpenTask& task, wire::CancelReason reason);
  void drop_waiting(OpenTask& task);
  /// What waits for a node that is offline, unless its job is one that waits.
  void end_waiting(NodeId node);
  /// Back to the queue: the node never had it.
  void queue_again(OpenTask& task);
  /// What is queued of a job whose secret arguments were lost with the last start.
  void end_without_secrets(OpenJob& job);
  void end_without_secrets(OpenTask& task);
  /// RESULT_ACK now, or as soon as there is room.
  void acknowledge(NodeId node, const std::vector<TaskId>& ids);
  /// What could not be sent before.
  void catch_up(NodeId node);
  /// When a task that was sent is given up, unless its node is there.
  [[nodiscard]] static UnixMs given_up_at(const OpenTask& task);
  /// Whether it was sent to a node that is offline now.
  [[nodiscard]] std::optional<TaskAway> away(const OpenTask& task) const;
  void arm_sweep();
  void sweep();
  void sweep_job(OpenJob& job, UnixMs time);

  // pace: job_pace.cpp
  void hold_back(OpenTask& task);
  void let_go(OpenTask& task);
  /// Lets as many held tasks go to their nodes' queues as the job's pace allows now; their nodes.
  [[nodiscard]] std::vector<NodeId> release_held(OpenJob& job);
  /// The first whose turn it is, which is held no more; null when there is none now. Those before
  /// it that wait for their nodes are parked with them, so that each is looked at once.
  [[nodiscard]] OpenTask* next_held(OpenJob& job);
  /// The node is there for those that were parked with it.
  void unpark(NodeId node);
  /// Sets when the task, whose turn it is, has to have started.
  void start_time_of(OpenTask& task);
  /// After the end of one of its tasks: the next ones, or none any more.
  void go_on(OpenJob& job);
  void stop(OpenJob& job);
  void end_stopped(OpenTask& task);

  // receiving: job_messages.cpp
  using Verdict = std::optional<wire::Violation>;
  [[nodiscard]] Verdict on_accept(NodeId node, const wire::Accept& message);
  [[nodiscard]] Verdict on_refuse(NodeId node, const wire::Refuse& message);
  [[nodiscard]] Verdict on_start(NodeId node, const wire::Start& message);
  [[nodiscard]] Verdict on_progress(NodeId node, const wire::Progress& message);
  [[nodiscard]] Verdict on_result(NodeId node, wire::TaskResult message);
  /// The end of a task whose output has all come.
  void take_result(OpenTask& task, wire::TaskResult message);
  [[nodiscard]] Verdict on_status(NodeId node, const wire::StatusReport& message);
  void reconcile_one(OpenTask& task, TaskState theirs);
  /// The task in memory, also one that was indeterminate and is looked at again; null when there is
  /// no more to do. `settled` tells that its end is stored already.
  [[nodiscard]] OpenTask* find_for(NodeId node, TaskId id, bool& settled, Verdict& verdict);
  [[nodiscard]] OpenTask* revive(NodeId node, JobId job, TaskId task);

  // output: job_output.cpp
  [[nodiscard]] Verdict on_out(NodeId node, const wire::Out& message);
  void append(OpenTask& task, const wire::Out& message);
  [[nodiscard]] bool repeats(const IncomingStream& stream, const wire::Out& message) const;
  void send_out_ack(OpenTask& task, wire::Stream stream, bool rewind);
  void arm_idle_acks();
  void ask_again();
  [[nodiscard]] bool output_is_whole(OpenTask& task, const wire::TaskResult& message);
  [[nodiscard]] bool stream_is_whole(OpenTask& task, const wire::OutputSummary& told);

  Parts parts;
  crypto::Secret request_key;
  std::unordered_map<JobId, std::unique_ptr<OpenJob>> jobs;
  std::unordered_map<TaskId, OpenTask*> tasks;
  std::set<std::pair<UnixMs, JobId>> deadlines;  // the latest starts of jobs that are not settled
  std::size_t tasks_in_creation = 0;             // of jobs on their way to the disk
  std::unordered_map<NodeId, NodeWork> work;
  ResultWriter writer;
  Watchers watchers;
  std::uint64_t broken_sums = 0;
  std::uint64_t tasks_swept = 0;
  std::uint64_t held_seen = 0;
  std::uint64_t next_job = 1;
  int revived = 0;  // since the last sweep
  std::set<std::pair<TaskId, std::uint8_t>>
      unacked;  // streams with output that was not acknowledged
  std::set<std::pair<TaskId, std::uint8_t>> unasked;  // to be sent again, when there is room for it
  std::set<NodeId> unnoted;  // nodes whose next tasks the store could not be told of
  std::unordered_map<NodeId, std::set<TaskId>> owed;  // RESULT_ACKs that found no room
  run::Timer idle_acks;
  run::Timer sweeper;
};

}  // namespace muster::controller
