/// The rules of a task's life, without any IO: events in, things to do out.
///
/// Owned by the executor; everything is [loop]. It decides what is accepted, what runs next, what
/// an outcome means and when an id may be forgotten. It neither reads a clock nor writes a journal
/// nor talks to a plugin: the executor does what the actions say, in their order, and reports back.
/// Times are milliseconds by the controller's clock.
#pragma once

#include <cstdint>
#include <map>
#include <muster/core/base/error.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "executor/known_ids.hpp"
#include "executor/task_entry.hpp"

namespace muster::agent {

enum class Do : std::uint8_t {
  WriteAccept,          ///< journal the promise, then wrote()
  WriteAcceptAndStart,  ///< both in one record, then wrote()
  WriteStart,           ///< journal the start, then wrote()
  WriteNotStarted,      ///< journal that the start is taken back; nothing waits for it
  WriteEnd,             ///< make the output safe, journal the result, then wrote()
  SayAccept,
  SayStart,
  Call,        ///< give it to the plugin; its deadline begins
  CancelCall,  ///< journal that it shall not run again, and ask the plugin to end it
  BeginAgain,  ///< a further attempt follows: let go of what the one before printed
  Deliver,     ///< its RESULT may go to the controller
};

struct Action {
  Do what;
  TaskId task;
  friend bool operator==(const Action&, const Action&) = default;
};
using Actions = std::vector<Action>;

struct TableLimits {
  std::size_t running_per_plugin = 4;
  std::size_t queued = 1000;
  std::size_t known = 1'000'000;
  std::uint32_t attempts = 2;  ///< of an idempotent task that was lost
};

class TaskTable {
 public:
  explicit TaskTable(TableLimits limits = {}) : limits_(limits), forgotten_(limits.known) {}

  /// A task that passed admission. Errors: ResourceExhausted when a limit says no; it is not known
  /// then.
  [[nodiscard]] Result<Actions> accept(TaskEntry entry, std::int64_t now_ms);
  /// From the journal, in the phase that the journal proves: Queued, Running (started, no end) or
  /// Ended. To be called in the order in which they were accepted.
  [[nodiscard]] Actions restore(TaskEntry entry, std::int64_t now_ms);

  /// What the last Write action of this task asked for is safe, or cannot be made safe now. A
  /// promise that cannot be written is dropped (refuse it); anything else stays, and retry() asks
  /// again.
  [[nodiscard]] Actions wrote(const TaskId& task, std::int64_t now_ms);
  enum class Unwritten : std::uint8_t { Dropped, Kept };
  [[nodiscard]] Unwritten not_written(const TaskId& task);
  [[nodiscard]] Actions retry_writes(std::int64_t now_ms);

  [[nodiscard]] Actions ended(const TaskId& task, Outcome outcome, std::int64_t now_ms);
  /// The plugin's host could not take it now, and nothing ran: it waits for plugin_ready().
  [[nodiscard]] Actions put_back(const TaskId& task);
  /// A promised task that can no longer run here, for example because its plugin is gone.
  [[nodiscard]] Actions withdraw(const TaskId& task, Error why, std::int64_t now_ms);
  [[nodiscard]] Actions cancel(const TaskId& task, wire::CancelReason reason, std::int64_t now_ms);
  [[nodiscard]] Actions plugin_ready(const std::string& plugin, PluginCondition condition,
                                     std::int64_t now_ms);
  /// Ends what waited beyond its latest start, and lets go of ids whose time is over.
  [[nodiscard]] Actions tick(std::int64_t now_ms);
  /// Nothing starts while `on`: before the controller's time is known, and when the agent is
  /// leaving.
  [[nodiscard]] Actions hold(bool on, std::int64_t now_ms);

  /// The controller has the result. True when the id is remembered on disk from here on.
  bool acknowledged(const TaskId& task);
  void remember(const TaskId& task, KnownIds::Known known) { forgotten_.add(task, known); }

  [[nodiscard]] const TaskEntry* find(const TaskId& task) const;
  /// What STATUS says, also of tasks that are forgotten but for their id.
  [[nodiscard]] wire::TaskState state_of(const TaskId& task) const;
  [[nodiscard]] std::size_t running() const;
  [[nodiscard]] std::size_t queued() const { return queued_; }
  [[nodiscard]] const std::unordered_map<TaskId, TaskEntry>& tasks() const { return tasks_; }
  /// Those that are promised on disk, or on the way there, in the order of acceptance. They live
  /// until they are acknowledged.
  [[nodiscard]] std::vector<const TaskEntry*> journaled_in_order() const;
  [[nodiscard]] const KnownIds& forgotten() const { return forgotten_; }

 private:
  struct Lane {  // one for each plugin
    PluginCondition plugin;
    std::size_t busy = 0;                     // Starting or Running
    std::map<std::uint64_t, TaskId> waiting;  // Queued, in the order of acceptance
  };

  [[nodiscard]] bool has_slot(const Lane& lane) const;
  void start_waiting(Lane& lane, std::int64_t now_ms, Actions& actions);
  void begin_start(TaskEntry& entry, Lane& lane, std::int64_t now_ms, Actions& actions);
  void finish(TaskEntry& entry, wire::TaskState state, std::optional<Error> error,
              std::int64_t now_ms, Actions& actions);
  void finish_late(TaskEntry& entry, std::int64_t now_ms, Actions& actions);
  void finish_cancelled(TaskEntry& entry, wire::CancelReason reason, std::int64_t now_ms,
                        Actions& actions);
  void start_written(TaskEntry& entry, std::int64_t now_ms, Actions& actions);
  void take_back_start(TaskEntry& entry, Actions& actions);
  void leave_phase(TaskEntry& entry);
  TaskEntry& add(TaskEntry entry);
  void enqueue(TaskEntry& entry);
  void after_start(TaskEntry& entry, Actions& actions);

  TableLimits limits_;
  std::unordered_map<TaskId, TaskEntry> tasks_;
  std::map<std::string, Lane> lanes_;
  KnownIds forgotten_;
  std::vector<TaskId> unwritten_;
  std::uint64_t accepted_ = 0;
  std::size_t queued_ = 0;
  bool held_ = false;
};

}  // namespace muster::agent
