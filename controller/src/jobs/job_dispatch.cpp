// What goes out to nodes: tasks within their credit, questions after a gap, cancels, and deadlines.
#include <algorithm>
#include <cassert>
#include <muster/core/wire/task_spec.hpp>

#include "jobs/service_state.hpp"

namespace muster::controller {
namespace {

constexpr std::size_t kMaxIdsPerMessage = 1000;

/// W3C trace context with the job as the trace and the task as the span.
std::string traceparent_of(const JobId& job, const TaskId& task) {
  return "00-" + to_hex(job.bytes) + "-" + to_hex(BytesView(task.bytes).first(8)) + "-01";
}

}  // namespace

bool JobService::State::send_task(OpenTask& task) {
  assert(!task.job->arguments.empty());
  const auto& job = task.job->record;
  wire::TaskSpec spec;
  spec.task = task.record.id;
  spec.job = job.id;
  spec.node = task.record.node;
  spec.operation = job.operation;
  spec.instance = job.instance;
  spec.arguments = task.job->arguments;
  spec.flags = job.check ? wire::TaskSpec::kCheckMode : 0;
  spec.attempt = task.record.attempt;
  spec.epoch = parts.store.meta().epoch;
  spec.issued_ms = now();
  spec.not_after_ms = task.not_after;
  spec.timeout = std::chrono::milliseconds(job.timeout_ms);
  spec.output_cap = job.output_cap;
  spec.traceparent = traceparent_of(job.id, task.record.id);
  spec.requested_by = job.requested_by;
  wire::Task message;
  message.spec = wire::encode_spec(spec);
  if (!task.job->read_only) {
    message.signature = parts.signing_key.sign(wire::signed_part(message.spec));
  }
  return parts.fleet.send(task.record.node, message).has_value();
}

void JobService::State::dispatch(NodeId node) {
  if (!parts.fleet.takes_tasks(node)) {
    note_unsent(node);
    const auto* known = parts.fleet.find(node);
    if (known == nullptr || known->presence == Presence::Offline) end_waiting(node);
    return;
  }
  for (;;) {
    const auto found = work.find(node);
    if (found == work.end()) return;
    auto& [waiting, in_flight, parked, noting] = found->second;
    if (waiting.empty() || in_flight.size() >= kMaxTasksInFlight) return;
    auto* task = waiting.front();
    if (!task->noted) return note(node);
    // Nothing was sent when it says no, so the task stays queued until there is room.
    if (!send_task(*task)) return;
    waiting.pop_front();
    in_flight[task->record.id] = task;
    task->of_session = true;
    set_state(*task, TaskState::Delivered);
  }
}

bool JobService::State::sends_at_once(NodeId node) const {
  if (!parts.fleet.takes_tasks(node)) return false;
  const auto found = work.find(node);
  if (found == work.end()) return true;
  return found->second.waiting.empty() && found->second.in_flight.size() < kMaxTasksInFlight;
}

void JobService::State::note(NodeId node) {
  auto& next = work.at(node);
  if (std::exchange(next.noting, true)) return;
  const auto room = std::min(kMaxTasksInFlight - next.in_flight.size(), next.waiting.size());
  std::vector<TaskId> ids;
  for (std::size_t i = 0; i < room; ++i) {
    if (!next.waiting[i]->noted) ids.push_back(next.waiting[i]->record.id);
  }
  parts.store.note_sent(ids, [this, node, ids](const Status& stored) {
    if (const auto found = work.find(node); found != work.end()) found->second.noting = false;
    if (!stored) {
      if (unnoted.empty()) {
        parts.log.error("tasks cannot be sent before that is stored, retrying",
                        {{"reason", stored.error().message}});
      }
      unnoted.insert(node);
      return;
    }
    for (const auto& id : ids) {
      if (auto* task = find(id)) task->noted = true;
    }
    dispatch(node);
  });
}

void JobService::State::note_unsent(NodeId node) {
  const auto found = work.find(node);
  if (found == work.end()) return;
  std::vector<TaskId> ids;
  for (auto* task : found->second.waiting) {
    if (!std::exchange(task->noted, false)) break;  // they are noted from the front
    ids.push_back(task->record.id);
  }
  // Should that not be stored, they count as sent after a restart, which is only less precise.
  if (!ids.empty()) parts.store.note_unsent(std::move(ids), nullptr);
}

void JobService::State::query(NodeId node) {
  const auto found = work.find(node);
  if (found == work.end()) return;
  wire::Query query;
  const auto flush = [&] {
    if (!query.tasks.empty()) std::ignore = parts.fleet.send(node, query);
    query.tasks.clear();
  };
  for (const auto& [id, task] : found->second.in_flight) {
    if (task->storing || !task->open()) continue;
    query.tasks.push_back(id);
    if (query.tasks.size() == kMaxIdsPerMessage) flush();
  }
  flush();
}

void JobService::State::drop_waiting(OpenTask& task) {
  let_go(task);
  const auto found = work.find(task.record.node);
  if (found == work.end()) return;
  std::erase(found->second.waiting, &task);
  std::erase(found->second.parked, &task);
  if (found->second.idle()) work.erase(found);
}

void JobService::State::end_waiting(NodeId node) {
  const auto found = work.find(node);
  if (found == work.end()) return;
  const auto waiting = found->second.waiting;
  for (auto* task : waiting) {
    const auto policy = task->job->record.offline;
    if (policy == OfflinePolicy::Queue) continue;
    drop_waiting(*task);
    end(*task, policy == OfflinePolicy::Skip ? TaskState::Skipped : TaskState::Unreachable,
        ErrorCode::Unavailable, "the node is offline");
  }
}

void JobService::State::queue_again(OpenTask& task) {
  auto& [waiting, in_flight, parked, noting] = work[task.record.node];
  in_flight.erase(task.record.id);
  task.streams = {};  // of a first run that the node does not remember
  task.cancel_sent = false;
  task.record.started = 0;
  set_state(task, TaskState::Queued);
  if (task.job->stopped) return end_stopped(task);
  if (task.job->arguments.empty()) return end_without_secrets(task);
  const auto later = std::find_if(waiting.begin(), waiting.end(), [&](const OpenTask* other) {
    return other->job->number > task.job->number;
  });
  waiting.insert(later, &task);
}

void JobService::State::end_without_secrets(OpenJob& job) {
  for (const auto& task : job.tasks) {
    if (task->record.state != TaskState::Queued || task->storing) continue;
    drop_waiting(*task);
    end_without_secrets(*task);
  }
}

void JobService::State::end_without_secrets(OpenTask& task) {
  end(task, TaskState::Cancelled, ErrorCode::FailedPrecondition,
      "the controller was restarted before the node had it, and secret arguments are not kept; run "
      "it again with them");
}

void JobService::State::acknowledge(NodeId node, const std::vector<TaskId>& ids) {
  for (std::size_t begin = 0; begin < ids.size(); begin += kMaxIdsPerMessage) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last =
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kMaxIdsPerMessage, ids.size()));
    const bool sent = parts.fleet.send(node, wire::ResultAck{{first, last}}).has_value();
    // A node that is away sends its RESULT again, and is answered then; one that is there does not.
    if (!sent && parts.fleet.connected(node)) owed[node].insert(first, last);
  }
}

void JobService::State::catch_up(NodeId node) {
  if (const auto found = owed.find(node); found != owed.end()) {
    const std::vector<TaskId> ids(found->second.begin(), found->second.end());
    owed.erase(found);
    acknowledge(node, ids);
  }
  const auto found = work.find(node);
  if (found == work.end()) return;
  for (const auto& [id, task] : found->second.in_flight) {
    if (task->cancel_wanted && task->open()) send_cancel(*task, wire::CancelReason::Requested);
  }
}

void JobService::State::want_cancel(OpenTask& task) {
  if (!task.open() || task.storing) return;
  task.cancel_wanted = true;
  if (task.record.state == TaskState::Queued) {
    drop_waiting(task);
    end(task, TaskState::Cancelled, ErrorCode::Cancelled, "cancelled before it was sent");
    return;
  }
  send_cancel(task, wire::CancelReason::Requested);
}

void JobService::State::send_cancel(OpenTask& task, wire::CancelReason reason) {
  if (task.cancel_sent) return;
  task.cancel_sent =
      parts.fleet.send(task.record.node, wire::Cancel{task.record.id, reason}).has_value();
}

UnixMs JobService::State::given_up_at(const OpenTask& task) {
  return task.not_after + task.job->record.timeout_ms + kAwayGrace.count();
}

std::optional<TaskAway> JobService::State::away(const OpenTask& task) const {
  const auto& record = task.record;
  const bool sent = record.state == TaskState::Delivered || record.state == TaskState::Accepted ||
                    record.state == TaskState::Running;
  if (!sent || task.storing || parts.fleet.connected(record.node)) return std::nullopt;
  const auto* node = parts.fleet.find(record.node);
  if (node == nullptr || node->presence != Presence::Offline) return std::nullopt;
  return TaskAway{record.node_name, node->record.last_seen, given_up_at(task)};
}

void JobService::State::arm_sweep() {
  sweeper = parts.loop.after(kSweep, [this] { sweep(); });
}

void JobService::State::sweep() {
  const auto time = now();
  std::vector<OpenJob*> due;
  for (auto at = deadlines.begin(); at != deadlines.end() && at->first <= time;) {
    auto* job = find(at->second);
    const bool over = job == nullptr || job->unsettled() == 0;
    if (!over) due.push_back(job);
    at = over ? deadlines.erase(at) : std::next(at);
  }
  for (auto* job : due) sweep_job(*job, time);
  revived = 0;
  ask_again();
  for (const auto node : std::exchange(unnoted, {})) dispatch(node);
  arm_sweep();
}

void JobService::State::sweep_job(OpenJob& job, UnixMs time) {
  tasks_swept += job.swept.size();
  // An end that is on its way to the disk is tried until it is there.
  std::erase_if(job.swept, [](const OpenTask* task) { return !task->open() || task->storing; });
  for (auto* task : job.swept) {
    if (time < task->not_after) continue;
    if (task->record.state == TaskState::Queued) {
      drop_waiting(*task);
      end(*task, TaskState::Expired, ErrorCode::Timeout, "it could not be sent in time");
      continue;
    }
    const bool away = !parts.fleet.connected(task->record.node);
    auto given_up = given_up_at(*task);
    if (!away && time >= given_up) send_cancel(*task, wire::CancelReason::Deadline);
    if (!away) given_up += kPresentGrace.count() - kAwayGrace.count();
    if (time >= given_up) {
      end(*task, TaskState::Indeterminate, ErrorCode::Timeout,
          "it was sent and its end was never heard: it may or may not have run");
    }
  }
}

}  // namespace muster::controller
