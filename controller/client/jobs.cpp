#include "client/jobs.hpp"

#include "client/job_place.hpp"
#include "client/request_body.hpp"

namespace muster::client {
namespace {

constexpr const char* kPath = "/v1/jobs";

std::string path_of(const std::string& job) {
  return std::string(kPath) + "/" + sdk::percent_encode(job);
}

void put_care(nlohmann::json& body, const Care& care) {
  put(body, "expect", care.expect);
  put(body, "at_once", care.at_once);
  put(body, "max_failures", care.max_failures);
}

nlohmann::json body_of(const JobRequest& request) {
  nlohmann::json body{{"operation", request.operation}, {"selector", request.selector}};
  if (request.arguments) body["arguments"] = *request.arguments;
  put(body, "instance", request.instance);
  put(body, "timeout", request.timeout);
  put(body, "start_within", request.start_within);
  put(body, "offline", request.offline);
  put(body, "limit", request.limit);
  put(body, "seed", request.seed);
  put(body, "output_cap", request.output_cap);
  if (request.check) body["check"] = true;
  if (request.include_drained) body["include_drained"] = true;
  if (request.include_unknown) body["include_unknown"] = true;
  if (request.care.stop_at_warnings) body["stop_at_warnings"] = true;
  put_care(body, request.care);
  return body;
}

std::string number_or_nothing(std::uint64_t number) {
  return number == 0 ? std::string() : std::to_string(number);
}

}  // namespace

/// One alone has its tasks, which is in no list.
static void read_whole(const Place& place, Job& job) { place.must("tasks", job.tasks); }

static void read(const Place& place, MadeJob& made) {
  place.must("job", made.id);
  place.may("warnings", made.warnings);
}

static void read(const Place& place, Page<Job>& page) {
  place.must("jobs", page.items);
  place.may("next", page.next);
  page.told = place.told();
}

static void read(const Place& place, Cancelled& cancelled) {
  place.must("job", cancelled.id);
  place.must("ended", cancelled.ended);
  cancelled.told = place.told();
}

Result<MadeJob> create_job(ApiClient& api, const JobRequest& request) {
  const auto answer = api.post_once(kPath + query({{"wait", request.wait}}), body_of(request));
  constexpr int kEnded = 200;
  if (!answer || answer->status != kEnded) return read_answer<MadeJob>(answer);
  return read_whole_answer<Job>(answer).map([](Job job) {
    return MadeJob{job.id, {}, std::move(job)};
  });
}

Result<Page<Job>> list_jobs(ApiClient& api, const JobQuery& asked) {
  return read_answer<Page<Job>>(api.get(kPath + query({{"operation", asked.which.operation},
                                                       {"by", asked.which.by},
                                                       {"node", asked.which.node},
                                                       {"state", asked.which.state},
                                                       {"since", asked.which.since},
                                                       {"until", asked.which.until},
                                                       {"before", asked.cursor},
                                                       {"limit", std::to_string(asked.limit)}})));
}

Result<Job> get_job(ApiClient& api, const std::string& job) {
  return read_whole_answer<Job>(api.get(path_of(job)));
}

Result<MadeJob> retry_job(ApiClient& api, const std::string& job, const RetryRequest& request) {
  auto body = nlohmann::json::object();
  if (!request.states.empty()) body["states"] = request.states;
  put_care(body, request.care);
  return read_answer<MadeJob>(api.post_once(path_of(job) + "/retry", body));
}

Result<Cancelled> cancel_job(ApiClient& api, const std::string& job) {
  return read_answer<Cancelled>(
      api.send("POST", path_of(job) + "/cancel", nlohmann::json::object()));
}

Result<void> get_job_output(ApiClient& api, const std::string& job, const OutputQuery& asked,
                            const std::function<bool(std::string_view)>& on_chunk) {
  return api.download(path_of(job) + "/output" +
                          query({{"node", asked.node},
                                 {"stream", asked.stream},
                                 {"offset", number_or_nothing(asked.offset)},
                                 {"length", number_or_nothing(asked.length)}}),
                      on_chunk);
}

}  // namespace muster::client
