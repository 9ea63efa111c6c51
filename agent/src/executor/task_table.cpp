#include "executor/task_table.hpp"

#include <algorithm>
#include <utility>

#include "executor/endings.hpp"

namespace muster::agent {
using wire::TaskState;

namespace {

std::int64_t forget_after(const TaskEntry& entry, std::int64_t now_ms) {
  return std::min(entry.not_after_ms + entry.timeout.count(), now_ms + KnownIds::kMostMs);
}

/// When what was lost may begin again: for as long as the attempt before had its time, because a
/// node that reboots is away for longer than tasks may wait for their start. It is no later than
/// the controller gives the task up.
std::int64_t begins_again_by(const TaskEntry& lost) {
  return std::max(lost.not_after_ms,
                  std::min(lost.started_ms, lost.not_after_ms) + lost.timeout.count());
}

}  // namespace

bool TaskTable::has_slot(const Lane& lane) const {
  return !held_ && lane.plugin.ready && lane.busy < limits_.running_per_plugin;
}

Result<Actions> TaskTable::accept(TaskEntry entry, std::int64_t now_ms) {
  if (forgotten_.full(tasks_.size())) {
    return fail(ErrorCode::ResourceExhausted,
                "this node remembers as many tasks as it can; try again later");
  }
  Lane& lane = lanes_[entry.plugin];
  const bool at_once = has_slot(lane) && lane.waiting.empty();
  if (!at_once && queued_ >= limits_.queued) {
    return fail(ErrorCode::ResourceExhausted, "this node has " + std::to_string(queued_) +
                                                  " tasks waiting and takes no more for now");
  }
  Actions actions;
  const TaskId id = entry.id;
  TaskEntry& task = add(std::move(entry));
  if (!task.journaled) {
    if (!at_once) actions.push_back({Do::SayAccept, id});
    enqueue(task);
    start_waiting(lane, now_ms, actions);
  } else if (at_once) {
    ++lane.busy;
    task.started_ms = now_ms;
    task.phase = Phase::Starting;
    task.accept_unsaid = true;
    actions.push_back({Do::WriteAcceptAndStart, id});
  } else {
    task.phase = Phase::Accepting;
    ++queued_;  // it takes its place at once, or a burst would pass the limit
    actions.push_back({Do::WriteAccept, id});
  }
  return actions;
}

TaskEntry& TaskTable::add(TaskEntry entry) {
  entry.order = ++accepted_;
  entry.start_by_ms = entry.not_after_ms;
  const TaskId id = entry.id;
  return tasks_.insert_or_assign(id, std::move(entry)).first->second;
}

Actions TaskTable::restore(TaskEntry entry, std::int64_t now_ms) {
  Actions actions;
  const TaskId id = entry.id;
  TaskEntry& task = add(std::move(entry));
  if (task.phase == Phase::Queued) {
    enqueue(task);
  } else if (task.phase == Phase::Ended) {
    actions.push_back({Do::Deliver, id});
  } else {
    task.phase = Phase::Running;
    ++lanes_[task.plugin].busy;
    actions =
        ended(id,
              {Outcome::Kind::Lost,
               {},
               Error{ErrorCode::Unavailable, "the agent stopped while it ran", {}, false, {}}},
              now_ms);
  }
  return actions;
}

void TaskTable::enqueue(TaskEntry& entry) {
  entry.phase = Phase::Queued;
  ++queued_;
  lanes_[entry.plugin].waiting.emplace(entry.order, entry.id);
}

void TaskTable::leave_phase(TaskEntry& entry) {
  if (entry.phase == Phase::Queued) lanes_[entry.plugin].waiting.erase(entry.order);
  if (entry.phase == Phase::Queued || entry.phase == Phase::Accepting) --queued_;
  if (entry.phase == Phase::Starting || entry.phase == Phase::Running) --lanes_[entry.plugin].busy;
}

void TaskTable::start_waiting(Lane& lane, std::int64_t now_ms, Actions& actions) {
  while (has_slot(lane) && !lane.waiting.empty()) {
    begin_start(tasks_.at(lane.waiting.begin()->second), lane, now_ms, actions);
  }
}

void TaskTable::begin_start(TaskEntry& entry, Lane& lane, std::int64_t now_ms, Actions& actions) {
  if (now_ms > entry.start_by_ms) {
    finish_late(entry, now_ms, actions);
    return;
  }
  leave_phase(entry);
  ++lane.busy;
  entry.phase = Phase::Starting;
  entry.started_ms = now_ms;
  if (entry.journaled) {
    actions.push_back({Do::WriteStart, entry.id});
  } else {
    after_start(entry, actions);
  }
}

void TaskTable::after_start(TaskEntry& entry, Actions& actions) {
  entry.phase = Phase::Running;
  actions.push_back({Do::SayStart, entry.id});
  actions.push_back({Do::Call, entry.id});
}

Actions TaskTable::wrote(const TaskId& id, std::int64_t now_ms) {
  Actions actions;
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return actions;
  TaskEntry& task = found->second;
  if (task.phase == Phase::Accepting) {
    --queued_;  // enqueue counts it again
    enqueue(task);
    actions.push_back({Do::SayAccept, id});
    if (task.cancel) {
      finish(task, ended_by(*task.cancel), asked_to_end(*task.cancel), now_ms, actions);
    } else {
      start_waiting(lanes_[task.plugin], now_ms, actions);
    }
  } else if (task.phase == Phase::Starting) {
    start_written(task, now_ms, actions);
  } else if (task.phase == Phase::Ending) {
    task.phase = Phase::Ended;
    actions.push_back({Do::Deliver, id});
  }
  return actions;
}

void TaskTable::start_written(TaskEntry& entry, std::int64_t now_ms, Actions& actions) {
  const bool late = now_ms > entry.start_by_ms;  // it waited for the disk
  const bool begins = !entry.cancel && !late && !held_;
  // START says it as well.
  if (std::exchange(entry.accept_unsaid, false) && !begins) {
    actions.push_back({Do::SayAccept, entry.id});
  }
  if (begins) {
    after_start(entry, actions);
  } else if (entry.cancel) {
    finish_cancelled(entry, *entry.cancel, now_ms, actions);
  } else if (late) {
    finish_late(entry, now_ms, actions);
  } else {
    take_back_start(entry, actions);
  }
}

void TaskTable::take_back_start(TaskEntry& entry, Actions& actions) {
  leave_phase(entry);
  if (entry.attempt == 1) entry.started_ms = 0;
  enqueue(entry);
  if (entry.journaled) actions.push_back({Do::WriteNotStarted, entry.id});
}

TaskTable::Unwritten TaskTable::not_written(const TaskId& id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return Unwritten::Dropped;
  TaskEntry& task = found->second;
  if (task.phase == Phase::Accepting || task.accept_unsaid) {
    leave_phase(task);
    tasks_.erase(found);
    return Unwritten::Dropped;
  }
  unwritten_.push_back(id);
  return Unwritten::Kept;
}

Actions TaskTable::retry_writes(std::int64_t now_ms) {
  Actions actions;
  for (const TaskId& id : std::exchange(unwritten_, {})) {
    const auto found = tasks_.find(id);
    if (found == tasks_.end()) continue;
    if (found->second.phase == Phase::Starting) {
      found->second.started_ms = now_ms;
      actions.push_back({Do::WriteStart, id});
    }
    if (found->second.phase == Phase::Ending) actions.push_back({Do::WriteEnd, id});
  }
  return actions;
}

void TaskTable::finish(TaskEntry& entry, TaskState state, std::optional<Error> error,
                       std::int64_t now_ms, Actions& actions) {
  const bool frees_a_slot = entry.phase == Phase::Starting || entry.phase == Phase::Running;
  leave_phase(entry);
  entry.phase = Phase::Ending;
  entry.state = state;
  entry.error = std::move(error);
  entry.ended_ms = now_ms;
  if (entry.journaled) {
    actions.push_back({Do::WriteEnd, entry.id});
  } else {
    entry.phase = Phase::Ended;
    actions.push_back({Do::Deliver, entry.id});
  }
  if (frees_a_slot) start_waiting(lanes_[entry.plugin], now_ms, actions);
}

void TaskTable::finish_late(TaskEntry& entry, std::int64_t now_ms, Actions& actions) {
  const bool waited = entry.phase == Phase::Queued;
  const std::string why = waited ? lanes_[entry.plugin].plugin.why_not : "";
  if (entry.attempt > 1) {  // the attempt before may have done its work
    finish(entry, TaskState::Indeterminate, lost_and_late(why), now_ms, actions);
  } else {
    entry.started_ms = 0;
    finish(entry, TaskState::Expired, late(why), now_ms, actions);
  }
}

void TaskTable::finish_cancelled(TaskEntry& entry, wire::CancelReason reason, std::int64_t now_ms,
                                 Actions& actions) {
  if (entry.attempt > 1) {  // the same
    finish(entry, TaskState::Indeterminate, lost_and_asked_to_end(reason), now_ms, actions);
  } else {
    entry.started_ms = 0;
    finish(entry, ended_by(reason), asked_to_end(reason), now_ms, actions);
  }
}

Actions TaskTable::ended(const TaskId& id, Outcome outcome, std::int64_t now_ms) {
  Actions actions;
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || found->second.phase != Phase::Running) return actions;
  TaskEntry& task = found->second;
  task.result = std::move(outcome.result);
  if (outcome.kind == Outcome::Kind::Refused && task.attempt > 1) {
    // Only this attempt never ran: the one before may have done its work.
    finish(task, TaskState::Indeterminate, std::move(outcome.error), now_ms, actions);
  } else if (const auto settled = settled_state(outcome.kind)) {
    finish(task, *settled, std::move(outcome.error), now_ms, actions);
  } else if (task.cancel == wire::CancelReason::Requested && outcome.kind == Outcome::Kind::Lost) {
    // Nobody kills for a request: it may have been about to end well.
    finish(task, TaskState::Indeterminate, std::move(outcome.error), now_ms, actions);
  } else if (task.cancel) {
    finish(task, ended_by(*task.cancel),
           outcome.error ? std::move(outcome.error) : asked_to_end(*task.cancel), now_ms, actions);
  } else if (outcome.kind == Outcome::Kind::Failed) {
    const auto state =
        plugin_saw_deadline(task, outcome, now_ms) ? TaskState::TimedOut : TaskState::Failed;
    finish(task, state, std::move(outcome.error), now_ms, actions);
  } else if (task.idempotent && task.attempt < limits_.attempts &&
             now_ms <= begins_again_by(task)) {
    leave_phase(task);
    task.start_by_ms = begins_again_by(task);
    ++task.attempt;
    enqueue(task);
    actions.push_back({Do::BeginAgain, id});
    start_waiting(lanes_[task.plugin], now_ms, actions);
  } else {
    finish(task, TaskState::Indeterminate, std::move(outcome.error), now_ms, actions);
  }
  return actions;
}

Actions TaskTable::put_back(const TaskId& id) {
  const auto found = tasks_.find(id);
  Actions actions;
  if (found == tasks_.end() || found->second.phase != Phase::Running) return actions;
  take_back_start(found->second, actions);
  lanes_[found->second.plugin].plugin = {};
  return actions;
}

Actions TaskTable::withdraw(const TaskId& id, Error why, std::int64_t now_ms) {
  Actions actions;
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || found->second.phase != Phase::Queued) return actions;
  finish(found->second, TaskState::Refused, std::move(why), now_ms, actions);
  return actions;
}

Actions TaskTable::cancel(const TaskId& id, wire::CancelReason reason, std::int64_t now_ms) {
  Actions actions;
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return actions;
  TaskEntry& task = found->second;
  if (task.phase == Phase::Ending || task.phase == Phase::Ended) return actions;
  // Its deadline ends also what was asked to end and does not.
  const bool goes_further = task.phase == Phase::Running &&
                            reason == wire::CancelReason::Deadline &&
                            task.cancel == wire::CancelReason::Requested;
  if (task.cancel && !goes_further) return actions;
  if (task.phase == Phase::Running && reason == wire::CancelReason::Requested &&
      !task.cancellable) {
    return actions;  // its plugin would not listen: it goes on to its end
  }
  task.cancel = reason;
  if (task.phase == Phase::Queued) {
    finish_cancelled(task, reason, now_ms, actions);
  } else if (task.phase == Phase::Running) {
    actions.push_back({Do::CancelCall, id});
  }  // Accepting and Starting end when their record is written
  return actions;
}

Actions TaskTable::plugin_ready(const std::string& plugin, PluginCondition condition,
                                std::int64_t now_ms) {
  Actions actions;
  Lane& lane = lanes_[plugin];
  lane.plugin = std::move(condition);
  start_waiting(lane, now_ms, actions);
  return actions;
}

Actions TaskTable::hold(bool on, std::int64_t now_ms) {
  Actions actions;
  held_ = on;
  for (auto& [plugin, lane] : lanes_) start_waiting(lane, now_ms, actions);
  return actions;
}

Actions TaskTable::tick(std::int64_t now_ms) {
  Actions actions;
  forgotten_.expire(now_ms);
  if (held_) return actions;
  std::vector<TaskId> overdue;
  for (const auto& [id, task] : tasks_) {
    if (task.phase == Phase::Queued && now_ms > task.start_by_ms) overdue.push_back(id);
  }
  for (const auto& id : overdue) finish_late(tasks_.at(id), now_ms, actions);
  return actions;
}

bool TaskTable::acknowledged(const TaskId& id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || found->second.phase != Phase::Ended) return false;
  const TaskEntry& task = found->second;
  const bool journaled = task.journaled;
  if (journaled) forgotten_.add(id, {task.state, forget_after(task, task.ended_ms)});
  tasks_.erase(found);
  return journaled;
}

const TaskEntry* TaskTable::find(const TaskId& id) const {
  const auto found = tasks_.find(id);
  return found == tasks_.end() ? nullptr : &found->second;
}

std::vector<const TaskEntry*> TaskTable::journaled_in_order() const {
  std::vector<const TaskEntry*> all;
  for (const auto& [id, entry] : tasks_) {
    if (entry.journaled) all.push_back(&entry);
  }
  std::sort(all.begin(), all.end(),
            [](const auto* one, const auto* other) { return one->order < other->order; });
  return all;
}

TaskState TaskTable::state_of(const TaskId& id) const {
  if (const TaskEntry* task = find(id)) return reported_state(*task);
  if (const auto* known = forgotten_.find(id)) return known->state;
  return TaskState::Unknown;
}

std::size_t TaskTable::running() const {
  std::size_t busy = 0;
  for (const auto& [plugin, lane] : lanes_) busy += lane.busy;
  return busy;
}

}  // namespace muster::agent
