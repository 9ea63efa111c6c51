#include "api/job_wait.hpp"

#include <muster/core/base/units.hpp>
#include <nlohmann/json.hpp>

#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

/// Owned by the job's watcher alone, so that nothing is left of it when the jobs go away.
struct JobWait {
  Subscription subscription;
  run::Timer timer;
};

}  // namespace

Result<std::chrono::milliseconds> wait_from(const Exchange& exchange) {
  const auto text = exchange.query("wait");
  if (text.empty()) return std::chrono::milliseconds(0);
  const auto wait = parse_duration(text);
  if (wait && *wait > kMaxJobWait) {
    return fail(ErrorCode::InvalidArgument, "a request may wait at most 60s", "/wait");
  }
  return wait;
}

void wait_for_job(const Services& services, JobId job, std::chrono::milliseconds wait,
                  const ExchangePtr& exchange) {
  auto state = std::make_shared<JobWait>();
  auto subscribed = services.jobs.subscribe(job, [exchange, state](const JobEvent& event) {
    if (const auto* done = std::get_if<JobDone>(&event)) {
      state->timer.reset();
      exchange->answer(200, job_view(done->job));
    }
    return true;
  });
  // The job exists all the same: its id must get out.
  if (!subscribed) return exchange->answer(201, {{"job", job.text()}});
  state->subscription = std::move(*subscribed);
  state->timer = services.loop.after(wait, [exchange, job, weak = std::weak_ptr(state)] {
    exchange->answer(201, {{"job", job.text()}});
    if (const auto waiting = weak.lock()) waiting->subscription.reset();
  });
}

}  // namespace muster::controller::api
