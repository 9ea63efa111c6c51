// How old jobs leave the store in memory.
#include <algorithm>
#include <set>

#include "store/job_events.hpp"
#include "store/memory_store.hpp"

namespace muster::controller {

Result<KeptJobs> MemoryStore::kept_jobs() {
  KeptJobs kept;
  kept.jobs = jobs_.size();
  for (const auto& [digest, body] : outputs_) kept.bytes += body.size();
  for (const auto& [job, tasks] : jobs_) {
    kept.bytes += kJobBytes + job.arguments.size() + job.selector.size();
    for (const auto& task : tasks) kept.bytes += kTaskBytes + task.result.size();
    if (kept.first_created == 0 || job.created < kept.first_created) {
      kept.first_created = job.created;
    }
    if (job.ended != 0 && (kept.oldest == 0 || job.ended < kept.oldest)) kept.oldest = job.ended;
  }
  return kept;
}

void MemoryStore::take_out(std::size_t at) {
  const auto id = jobs_[at].job.id;
  final_counts_.erase(id);
  places_.erase(id);
  jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(at));
  job_index_.clear();
  task_index_.clear();
  for (std::size_t job = 0; job < jobs_.size(); ++job) {
    job_index_[jobs_[job].job.id] = job;
    for (std::size_t task = 0; task < jobs_[job].tasks.size(); ++task) {
      task_index_[jobs_[job].tasks[task].id] = {job, task};
    }
  }
  drop_unused_outputs();
}

void MemoryStore::drop_unused_outputs() {
  std::set<Digest> used;
  for (const auto& [job, tasks] : jobs_) {
    for (const auto& task : tasks) {
      for (const auto& output : task.outputs) used.insert(output.digest);
    }
  }
  std::erase_if(outputs_, [&](const auto& output) { return !used.contains(output.first); });
}

std::uint64_t MemoryStore::remove_events_before(UnixMs time) {
  std::uint64_t removed = 0;
  for (; removed < kMaxRemovedEvents && events_.size() > 1 && events_.front().time < time;
       ++removed) {
    forget_oldest_event();
  }
  return removed;
}

RemovedJobs MemoryStore::remove(const RemovalRule& rule) {
  RemovedJobs removed;
  std::size_t tasks = 0;
  const auto before = kept_jobs()->bytes;
  for (;;) {
    const auto may_go = [&](const JobWithTasks& job) {
      const auto& except = rule.except;
      return job.job.ended != 0 &&
             std::find(except.begin(), except.end(), job.job.id) == except.end();
    };
    std::size_t oldest = jobs_.size();
    for (std::size_t at = 0; at < jobs_.size(); ++at) {
      const bool older = oldest == jobs_.size() || jobs_[at].job.ended < jobs_[oldest].job.ended;
      if (may_go(jobs_[at]) && older) oldest = at;
    }
    const auto bytes = kept_jobs()->bytes;
    removed.bytes = before - bytes;
    if (oldest == jobs_.size()) break;
    const auto& job = jobs_[oldest];
    if (job.job.ended >= rule.ended_before && bytes <= rule.max_bytes) break;
    removed.more = removed.jobs == kMaxRemovedJobs ||
                   (removed.jobs > 0 && tasks + job.tasks.size() > kMaxRemovedTasks);
    if (removed.more) break;
    tasks += job.tasks.size();
    ++removed.jobs;
    take_out(oldest);
  }
  const auto kept = *kept_jobs();
  removed.events = remove_events_before(events_kept_from(rule, kept));
  removed.more = removed.more || removed.events == kMaxRemovedEvents;
  if (removed.jobs > 0) append(jobs_removed(removed, kept, rule.now));
  return removed;
}

void MemoryStore::remove_jobs(RemovalRule rule, Done<RemovedJobs> done) {
  write<RemovedJobs>([this, rule = std::move(rule)] { return remove(rule); }, std::move(done));
}

Result<UnixMs> MemoryStore::believed_time() {
  if (believed_time_ != 0) return believed_time_;
  UnixMs latest = 0;
  for (const auto& [job, tasks] : jobs_) latest = std::max(latest, job.ended);
  return latest;
}

void MemoryStore::keep_believed_time(UnixMs time, Done<void> done) {
  write<void>(
      [this, time]() -> Status {
        believed_time_ = time;
        return {};
      },
      std::move(done));
}

}  // namespace muster::controller
