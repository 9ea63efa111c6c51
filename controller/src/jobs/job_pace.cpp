// Which tasks of a job that goes carefully are sent now, and when none is any more.
#include <algorithm>

#include "jobs/left_out.hpp"
#include "jobs/service_state.hpp"
#include "store/job_state.hpp"

namespace muster::controller {

void JobService::State::start_time_of(OpenTask& task) {
  const auto& job = task.job->record;
  // In its turn it has as long as if it were alone: a node that is lost must not keep its place.
  if (job.at_once == 0 || job.offline == OfflinePolicy::Queue) return;
  const auto window = std::chrono::milliseconds(kDefaultStartWindow).count();
  task.not_after = std::min(job.not_after, now() + window);
}

void JobService::State::hold_back(OpenTask& task) {
  task.held_back = true;
  ++task.job->held_back;
  task.job->held.push_back(&task);
}

void JobService::State::let_go(OpenTask& task) {
  if (std::exchange(task.held_back, false)) --task.job->held_back;
}

OpenTask* JobService::State::next_held(OpenJob& job) {
  const bool waits = job.record.offline == OfflinePolicy::Queue;
  while (!job.held.empty()) {
    auto* task = job.held.front();
    job.held.pop_front();
    ++held_seen;
    if (!task->held_back) continue;
    // Those that wait for their node hold nobody else up.
    if (waits && !parts.fleet.takes_tasks(task->record.node)) {
      work[task->record.node].parked.push_back(task);
      continue;
    }
    let_go(*task);
    return task;
  }
  return nullptr;
}

void JobService::State::unpark(NodeId node) {
  const auto found = work.find(node);
  if (found == work.end()) return;
  const auto parked = std::exchange(found->second.parked, {});
  for (auto* task : parked) {
    task->job->held.push_front(task);
    go_on(*task->job);
  }
}

std::vector<NodeId> JobService::State::release_held(OpenJob& job) {
  std::vector<NodeId> nodes;
  while (!job.stopped && job.under_way() < job.record.at_once) {
    auto* task = next_held(job);
    if (task == nullptr) break;
    const auto* node = parts.fleet.find(task->record.node);
    if (node != nullptr && node->record.drain && !job.record.drained) {
      end(*task, TaskState::Skipped, ErrorCode::FailedPrecondition,
          why_drained(*node->record.drain));
      continue;
    }
    start_time_of(*task);
    auto& waiting = work[task->record.node].waiting;
    const auto later = std::find_if(waiting.begin(), waiting.end(), [&](const OpenTask* other) {
      return other->job->number > job.number;
    });
    waiting.insert(later, task);
    nodes.push_back(task->record.node);
  }
  return nodes;
}

void JobService::State::go_on(OpenJob& job) {
  if (job.stopped) return;
  if (must_stop(job.record, job.counts)) return stop(job);
  if (job.held.empty()) return;
  for (const auto node : release_held(job)) dispatch(node);
}

void JobService::State::stop(OpenJob& job) {
  job.stopped = true;
  parts.log.warn("a job failed too often, the nodes that are left do not get it, ignoring",
                 {{"job", job.record.id.text()}, {"failed", failures_in(job.counts)}});
  for (const auto& task : job.tasks) {
    if (task->record.state != TaskState::Queued || task->storing) continue;
    drop_waiting(*task);
    end_stopped(*task);
  }
}

void JobService::State::end_stopped(OpenTask& task) {
  const auto& job = *task.job;
  end(task, TaskState::Cancelled, ErrorCode::Cancelled,
      "the job was stopped: it failed on " + std::to_string(failures_in(job.counts)) + " of its " +
          std::to_string(job.record.targets) + " nodes, and stops at " +
          std::to_string(job.record.max_failed) + " (max_failures)");
}

}  // namespace muster::controller
