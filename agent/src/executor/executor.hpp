/// Runs tasks: does what the TaskTable decides, with the journal, the plugins, the spool and the
/// session.
///
/// One per agent, built in app.cpp; everything is [loop]. A task that changes anything is promised
/// on disk before it is promised to the controller, and its end is on disk before it is told.
/// Limits: those of TableLimits, and kMaxWaitingBytes of specs in memory.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <muster/core/journal/journal.hpp>
#include <muster/core/log/logger.hpp>
#include <muster/core/metrics/registry.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/run/worker_pool.hpp>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "executor/admission.hpp"
#include "executor/call_runner.hpp"
#include "executor/outbox.hpp"
#include "executor/progress.hpp"
#include "executor/replay.hpp"
#include "executor/task_table.hpp"
#include "session/controller_time.hpp"

namespace muster::agent {

/// What an executor works with; all of it outlives the executor.
struct Surroundings {
  run::EventLoop& loop;
  run::WorkerPool& workers;
  journal::Journal& journal;
  SpoolStore& spool;
  CallRunner& runner;
  const Catalog& catalog;
  Uplink& uplink;
  ControllerTime& time;
  metrics::Registry& metrics;
  log::Logger log;
};

class Executor {
 public:
  static constexpr std::size_t kMaxWaitingBytes = std::size_t{32} << 20U;
  static constexpr std::uint64_t kDefaultOutputCap = std::uint64_t{10} << 20U;
  static constexpr std::uint64_t kCredit = std::uint64_t{256} << 10U;
  /// Up to this much output of a task goes into the journal with its result; more is synced as
  /// files.
  static constexpr std::uint64_t kEmbedded = std::uint64_t{16} << 10U;

  Executor(Surroundings around, AdmissionRules rules, TableLimits limits = {});
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Takes up what the journal remembers. Once, before the session starts and after the plugins are
  /// known.
  void recover(Replay replay);

  void session_began(const wire::Welcome& welcome);
  void session_ended() { outbox_.session_ended(); }
  void has_room();

  void on_task(wire::Task task);
  void on_cancel(const wire::Cancel& cancel);
  void on_query(const wire::Query& query);
  void on_out_ack(const wire::OutAck& ack);
  void on_result_ack(const wire::ResultAck& ack);

  /// Takes and starts nothing more, and tells the controller; what runs goes on.
  void leave();
  [[nodiscard]] std::size_t running() const { return table_.running(); }
  [[nodiscard]] std::size_t queued() const { return table_.queued(); }
  [[nodiscard]] const TaskTable& table() const { return table_; }
  /// Results that are decided and not yet on disk.
  [[nodiscard]] std::size_t unwritten_ends() const;

 private:
  /// What belongs to one live task besides its TaskEntry.
  struct Work {
    wire::TaskSpec spec;
    std::unique_ptr<TaskOutput> output;
    wire::TaskResult result;
    bool end_in_journal = false;  // or on its way there, in order
    std::uint64_t owed_credit = 0;
    std::size_t spec_bytes = 0;
    run::Timer deadline;
  };

  void recover_task(RecoveredTask task);
  void listen_to_runner();
  void refuse(const TaskId& task, const Error& error);
  void answer_known(const TaskId& task);
  void take(Admitted admitted, const Bytes& spec);
  void say_leaving();

  void perform(Actions actions);
  void perform_one(const Action& action);
  void write_promise(const TaskId& task, bool started);
  void write_start(const TaskId& task);
  void write_end(const TaskId& task);
  void sync_then_write_end(const TaskId& task, std::vector<std::filesystem::path> files);
  void append_end(const TaskId& task);
  void append(const TaskId& task, const records::Record& record);
  void on_unwritten(const TaskId& task, const Error& error);
  void refuse_unwritten(const TaskId& task, Error why);
  void take_back(const Status& compacted);
  void write_known(const records::Known& known, std::function<void()> when_durable);
  void make_room_and_retry(const Error& error);
  void call(const TaskId& task);
  /// The agent stops and makes the call again when it is back: its time is looked at then, because
  /// a reboot that is late to go down is no reboot that failed.
  [[nodiscard]] bool goes_on_after_the_stop(const TaskId& task) const;
  void cancel_call(const TaskEntry& entry);
  void begin_again(const TaskId& task);
  void begin_output(const TaskId& task, Work& work);
  void deliver(const TaskId& task);

  void on_output(const TaskId& task, wire::Stream stream, BytesView bytes);
  void pay_credit(const TaskId& task, Work& work);
  void pay_all_credit();
  void pump();
  void forget(const TaskId& task);
  [[nodiscard]] std::vector<std::uint64_t> files_of(const TaskId& task) const;
  void remove_files(const std::vector<std::uint64_t>& files);
  [[nodiscard]] wire::TaskResult result_of(const TaskEntry& entry, const Work& work) const;

  void write_clock();
  void compact_if_large();
  void compact();
  /// Whether an operation's arguments may be secret: as far as is known.
  [[nodiscard]] bool may_take_secrets(const std::string& operation) const;
  /// Takes the secret arguments of what is over out of the journal's file, in a while.
  void wipe_soon();
  [[nodiscard]] std::vector<Bytes> live_records() const;
  [[nodiscard]] records::Clock clock_record() const;
  void add_live_task(const TaskEntry& entry, std::vector<Bytes>& live) const;
  [[nodiscard]] static records::Start start_record(const TaskEntry& entry);
  [[nodiscard]] records::End end_record(const Work& work) const;
  void tick();
  void show();

  Surroundings around_;
  AdmissionRules rules_;
  TaskTable table_;
  Outbox outbox_;
  ProgressReports progress_;
  std::unordered_map<TaskId, Work> works_;
  std::deque<Action> to_do_;
  Bytes promise_spec_;  // the signed bytes of the task that is being accepted
  bool performing_ = false;
  bool leaving_ = false;
  bool compacting_ = false;
  bool wiping_ = false;        // the compaction under way is one that wipes
  bool can_shrink_ = true;     // something ceased to matter since the journal was last made smaller
  std::set<TaskId> refusing_;  // promises to be taken back on disk before REFUSE is said
  std::vector<std::pair<TaskId, Error>> refused_meanwhile_;  // of those: a compaction is under way
  std::vector<std::function<void()>> unwritten_known_;       // writes them again
  std::uint64_t compact_above_ = kFirstCompaction;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t epoch_ = 0;
  run::Timer tick_timer_;
  run::Timer retry_timer_;
  run::Timer wipe_timer_;

  static constexpr std::uint64_t kFirstCompaction = std::uint64_t{4} << 20U;
};

}  // namespace muster::agent
