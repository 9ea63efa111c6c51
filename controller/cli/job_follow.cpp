#include "job_follow.hpp"

#include <client/patience.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

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
CliResult<nlohmann::json> whole_job(ApiClient& api, const std::string& job_id) {
  client::Patience patience;
  for (;;) {
    auto job = api.get("/v1/jobs/" + job_id);
    if (job || job.error().exit != Exit::Unreached || !patience.wait()) return job;
  }
}

}  // namespace

CliResult<Exit> follow_job(ApiClient& api, const std::string& job_id, OutputForm form,
                           Interrupt& interrupt) {
  LiveView view(api, job_id, form);
  client::Patience patience;
  std::string last;  // event
  for (;;) {
    const auto ended = api.events(
        "/v1/jobs/" + job_id + "/events", last, [&] { view.connection_began(); },
        [&](const auto& name, const auto& data) {
          interrupt.hold_when_leaving();
          patience.renew();
          view.on_event(name, data);
          return static_cast<bool>(std::cout);
        });
    if (view.is_done()) {
      interrupt.job_is_over();
      const auto job = whole_job(api, job_id);
      if (!job) return tl::unexpected(job.error());
      return view.finish(*job);
    }
    if (!std::cout) return goes_on(why_not_written(), job_id);
    const auto why =
        ended ? Failure{Exit::Unreached, "the controller ended the job's events"} : ended.error();
    const bool refused = why.exit == Exit::MatchedNothing || why.exit == Exit::Usage;
    if (refused) return tl::unexpected(why);  // there is no such job
    if (why.exit != Exit::Unreached || !patience.wait()) return goes_on(why, job_id);
  }
}

}  // namespace muster::cli
