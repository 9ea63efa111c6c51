#include "api/job_wait.hpp"

#include <nlohmann/json.hpp>

#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

/// Lives in its timer and its watcher, until either answers.
struct JobWait {
  Subscription subscription;
  run::Timer timer;
};

}  // namespace

void wait_for_job(const Services& services, JobId job, std::chrono::milliseconds wait,
                  const ExchangePtr& exchange) {
  auto state = std::make_shared<JobWait>();
  // Ended from the loop's next turn, because this may run inside the very callback that is to go.
  auto end = [&loop = services.loop, state] {
    loop.post([state] {
      state->subscription.reset();
      state->timer.reset();
    });
  };
  auto subscribed = services.jobs.subscribe(job, [exchange, end](const JobEvent& event) {
    if (const auto* done = std::get_if<JobDone>(&event)) {
      exchange->answer(200, job_view(done->job));
      end();
    }
    return true;
  });
  if (!subscribed) return exchange->answer(subscribed.error());
  state->subscription = std::move(*subscribed);
  state->timer = services.loop.after(wait, [exchange, end, job] {
    exchange->answer(201, {{"job", job.text()}});
    end();
  });
}

}  // namespace muster::controller::api
