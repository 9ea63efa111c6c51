// Which tasks of a job that goes carefully are sent now, and when none is any more.
#include <algorithm>

#include "jobs/pace.hpp"
#include "jobs/service_state.hpp"

namespace muster::controller {

std::vector<NodeId> JobService::State::release_held(OpenJob& job) {
  std::vector<NodeId> nodes;
  const bool goes = !must_stop(job.record, job.counts);
  while (goes && !job.held.empty() && job.under_way() < job.record.at_once) {
    auto* task = job.held.front();
    job.held.pop_front();
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
  if (job.held.empty()) return;
  if (!must_stop(job.record, job.counts)) {
    for (const auto node : release_held(job)) dispatch(node);
    return;
  }
  const auto failed = failures_in(job.counts);
  const std::string why = "the job was stopped: it failed on " + std::to_string(failed) +
                          " of its " + std::to_string(job.record.targets) +
                          " nodes, and may on fewer than " + std::to_string(job.record.max_failed);
  parts.log.warn("a job failed too often, the nodes that are left do not get it, ignoring",
                 {{"job", job.record.id.text()}, {"failed", failed}});
  for (auto* task : std::exchange(job.held, {})) {
    end(*task, TaskState::Cancelled, ErrorCode::Cancelled, why);
  }
}

}  // namespace muster::controller
