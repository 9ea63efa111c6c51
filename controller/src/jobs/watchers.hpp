/// Who watches which job. Keeps nothing for a watcher that is slow but the fact that it missed
/// something.
///
/// Owned by JobService; [loop].
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <muster/core/run/event_loop.hpp>
#include <unordered_map>

#include "jobs/job_event.hpp"
#include "jobs/job_service.hpp"

namespace muster::controller {

class Watchers {
 public:
  explicit Watchers(run::EventLoop& loop)
      : loop_(loop), alive_(std::make_shared<Watchers*>(this)) {}
  ~Watchers() { *alive_ = nullptr; }
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  /// Errors: ResourceExhausted.
  [[nodiscard]] Result<Subscription> add(JobId job, JobWatcher watcher);
  [[nodiscard]] bool any(JobId job) const { return by_job_.contains(job); }
  void tell(JobId job, const JobEvent& event);
  /// Offers JobDone until every watcher of the job took it. Runs no watcher inside the call.
  void finish(JobWithTasks job);

 private:
  struct Watching {
    JobWatcher watcher;
    bool missed = false;
  };
  void remove(JobId job, std::uint64_t id);
  void offer_done(JobId job);

  run::EventLoop& loop_;
  std::shared_ptr<Watchers*> alive_;
  std::uint64_t next_ = 1;
  std::size_t count_ = 0;
  // shared, so that a watcher may end its subscription from inside itself
  std::unordered_map<JobId, std::map<std::uint64_t, std::shared_ptr<Watching>>> by_job_;
  std::unordered_map<JobId, JobWithTasks> finished_;
  std::unordered_map<JobId, run::Timer> again_;
};

}  // namespace muster::controller
