#include "job_follow.hpp"

#include <nlohmann/json.hpp>

#include "live_view.hpp"
#include "patience.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

tl::unexpected<Failure> goes_on(const Failure& failure, const std::string& job_id) {
  return cli::failure(failure.exit,
                      failure.message + "\nthe job goes on: muster job watch " + job_id);
}

}  // namespace

CliResult<json> follow_job(ApiClient& api, const std::string& job_id, LiveOutput output) {
  LiveView view(job_id, output);
  Patience patience;
  std::string last;  // event
  for (;;) {
    const auto ended = api.events(
        "/v1/jobs/" + job_id + "/events", last, [&] { view.connection_began(); },
        [&](const auto& name, const auto& data) {
          patience.renew();
          view.on_event(name, data);
        });
    if (view.is_done()) return view.finish(api);
    const auto why =
        ended ? Failure{Exit::Unreached, "the controller ended the job's events"} : ended.error();
    const bool refused = why.exit == Exit::MatchedNothing || why.exit == Exit::Usage;
    if (refused) return tl::unexpected(why);  // there is no such job
    if (why.exit != Exit::Unreached || !patience.wait()) return goes_on(why, job_id);
  }
}

}  // namespace muster::cli
