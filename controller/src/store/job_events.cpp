#include "store/job_events.hpp"

#include <nlohmann/json.hpp>

#include "store/job_state.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

EventRecord event_of(const JobRecord& job, const char* type, UnixMs when, const json& more) {
  json data{
      {"operation", job.operation}, {"selector", job.selector}, {"operator", job.requested_by}};
  if (job.check) data["check"] = true;
  data.update(more);
  return {0, when, type, "job/" + job.id.text(),
          data.dump(-1, ' ', false, json::error_handler_t::replace)};
}

json counts_of(const TaskCounts& counts) {
  json view = json::object();
  for (int number = 1; number < TaskCounts::kStates; ++number) {
    const auto state = wire::task_state_from(static_cast<std::uint64_t>(number));
    if (!state || counts.of(*state) == 0) continue;
    view[std::string(wire::to_string(*state))] = counts.of(*state);
  }
  return view;
}

}  // namespace

EventRecord job_created(const JobRecord& job, UnixMs when) {
  return event_of(job, "job.created", when, {{"targets", job.targets}});
}

EventRecord job_cancelled(const JobRecord& job, const std::string& by, UnixMs when) {
  return event_of(job, "job.cancelled", when, {{"by", by}});
}

EventRecord job_stopped(const JobRecord& job, UnixMs when) {
  return event_of(job, "job.stopped", when,
                  {{"targets", job.targets}, {"max_failures", job.max_failed}});
}

EventRecord jobs_removed(const RemovedJobs& removed, const KeptJobs& kept, UnixMs when) {
  json data{{"jobs", removed.jobs},
            {"bytes", removed.bytes},
            {"kept_jobs", kept.jobs},
            {"kept_bytes", kept.bytes}};
  if (kept.oldest != 0) data["oldest_ended_ms"] = kept.oldest;
  return {0, when, "job.removed", "controller", data.dump()};
}

EventRecord job_ended(const JobRecord& job, const TaskCounts& counts, UnixMs when) {
  return event_of(job, "job.ended", when,
                  {{"state", to_string(state_of(job, counts))},
                   {"outcome", to_string(outcome_of(counts))},
                   {"targets", job.targets},
                   {"counts", counts_of(counts)}});
}

}  // namespace muster::controller
