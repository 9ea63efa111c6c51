#include "jobs/watchers.hpp"

#include <utility>
#include <vector>

namespace muster::controller {
namespace {

constexpr std::chrono::milliseconds kOfferAgain{200};

}  // namespace

Result<Subscription> Watchers::add(JobId job, JobWatcher watcher) {
  if (count_ >= kMaxWatchers) {
    return fail(ErrorCode::ResourceExhausted, "too many watch jobs already; try again later");
  }
  const auto id = next_++;
  ++count_;
  by_job_[job][id] = std::make_shared<Watching>(Watching{std::move(watcher), false});
  return Subscription([alive = alive_, job, id] {
    if (*alive != nullptr) (*alive)->remove(job, id);
  });
}

void Watchers::remove(JobId job, std::uint64_t id) {
  const auto found = by_job_.find(job);
  if (found == by_job_.end() || found->second.erase(id) == 0) return;
  --count_;
  if (!found->second.empty()) return;
  by_job_.erase(found);
  finished_.erase(job);
  again_.erase(job);
}

void Watchers::tell(JobId job, const JobEvent& event) {
  const auto found = by_job_.find(job);
  if (found == by_job_.end()) return;
  const auto watching = found->second;  // a copy: watchers may leave meanwhile
  for (const auto& [id, each] : watching) {
    if (each->missed && !each->watcher(WatchGap{})) continue;
    each->missed = !each->watcher(event);
  }
}

void Watchers::finish(JobWithTasks job) {
  const auto id = job.job.id;
  if (!any(id)) return;
  finished_.insert_or_assign(id, std::move(job));
  again_[id] = loop_.after(std::chrono::nanoseconds(0), [this, id] { offer_done(id); });
}

void Watchers::offer_done(JobId job) {
  const auto found = by_job_.find(job);
  if (found == by_job_.end()) return;
  const auto watching = found->second;
  const auto done = finished_.at(job);
  std::vector<std::uint64_t> took;
  for (const auto& [id, each] : watching) {
    if (each->missed && !each->watcher(WatchGap{})) continue;
    each->missed = false;
    if (each->watcher(JobDone{done})) took.push_back(id);
  }
  for (const auto id : took) remove(job, id);
  if (any(job)) again_[job] = loop_.after(kOfferAgain, [this, job] { offer_done(job); });
}

}  // namespace muster::controller
