#include "job_follow.hpp"

#include <client/patience.hpp>
#include <iostream>

#include "live_view.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

tl::unexpected<Failure> goes_on(const Failure& failure, const std::string& job_id) {
  return cli::failure(failure.exit,
                      failure.message + "\nthe job goes on: muster job watch " + job_id);
}

Failure why_not_written() {
  if (reader_is_gone()) return {Exit::Interrupted, "whoever read the output is gone"};
  return {Exit::SomeFailed, "the output could not be written; is the disk full?"};
}

/// What the job came to, with its tasks.
client::Result<client::Job> whole_job(client::ApiClient& api, const std::string& job_id) {
  client::Patience patience;
  for (;;) {
    auto job = client::get_job(api, job_id);
    if (job || !job.error().is_passing() || !patience.wait()) return job;
  }
}

}  // namespace

CliResult<Exit> follow_job(client::ApiClient& api, const std::string& job_id, OutputForm form,
                           Interrupt& interrupt) {
  LiveView view(api, job_id, form);
  client::Patience patience;
  std::string last;  // event
  for (;;) {
    const auto ended = client::watch_job(
        api, job_id, last, [&] { view.connection_began(); },
        [&](const client::JobEvent& event) {
          interrupt.hold_when_leaving();
          patience.renew();
          view.on_event(event);
          return static_cast<bool>(std::cout);
        });
    if (view.is_done()) {
      interrupt.job_is_over();
      const auto job = whole_job(api, job_id);
      if (!job) return tl::unexpected(job.error());
      return view.finish(*job);
    }
    if (!std::cout) return goes_on(why_not_written(), job_id);
    const auto why = ended ? Failure{Exit::Unreached, "the controller ended the job's events"}
                           : Failure(ended.error());
    const bool refused = why.exit == Exit::MatchedNothing || why.exit == Exit::Usage;
    if (refused) return tl::unexpected(why);  // there is no such job
    if (why.exit != Exit::Unreached || !patience.wait()) return goes_on(why, job_id);
  }
}

}  // namespace muster::cli
