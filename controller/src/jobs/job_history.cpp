// Jobs and tasks as they were and are: what the store finds, and of what is open how it is now.
#include "jobs/service_state.hpp"

namespace muster::controller {

Result<JobPage> JobService::list(const JobQuery& query) const {
  auto uncounted = query;
  uncounted.counted = [this](JobId id) { return state_->find(id) != nullptr; };
  auto page = state_->parts.store.jobs(uncounted);
  if (!page) return page;
  for (auto& summary : page->jobs) {
    // Of one that is over the store knows more: it was found by how it ended.
    const auto* job = summary.job.ended == 0 ? state_->find(summary.job.id) : nullptr;
    if (job != nullptr) summary = {job->record, job->counts};
  }
  return page;
}

Result<TaskPage> JobService::tasks(const TaskQuery& query) const {
  auto now = query;
  now.now = [this](TaskId id, TaskState stored) {
    const auto* task = state_->find(id);
    return task == nullptr ? stored : task->record.state;
  };
  auto page = state_->parts.store.tasks(now);
  if (!page) return page;
  for (auto& listed : page->tasks) {
    if (wire::is_final(listed.task.state)) continue;
    if (const auto* task = state_->find(listed.task.id)) listed.task = task->record;
  }
  return page;
}

}  // namespace muster::controller
