#include "client/job_place.hpp"

namespace muster::client {

void read(const Place& place, TaskError& error) {
  place.must("code", error.code);
  place.must("message", error.message);
  place.may("field", error.field);
}

void read(const Place& place, TaskOutput& output) {
  place.must("stream", output.stream);
  place.must("size", output.size);
  place.must("kept", output.kept);
  place.must("truncated", output.truncated);
  place.must("digest", output.digest);
}

void read(const Place& place, TaskAway& away) {
  place.must_or_null("since", away.since);
  place.must("until", away.until);
}

void read(const Place& place, Task& task) {
  place.must("node", task.node);
  place.must("state", task.state);
  place.must("result", task.result);
  place.must_or_null("error", task.error);
  place.must("attempt", task.attempt);
  place.must_or_null("started", task.started);
  place.must_or_null("ended", task.ended);
  place.must("outputs", task.outputs);
  place.may("away", task.away);
  task.told = place.told();
}

void read(const Place& place, Counts& counts) {
  place.must("targets", counts.targets);
  if (!place.value().is_object()) return;
  for (const auto& [state, count] : place.value().items()) {
    if (state != "targets") place.must(state, counts.states[state]);
  }
}

void read(const Place& place, Job& job) {
  place.must("job", job.id);
  place.must("operation", job.operation);
  place.may("arguments", job.arguments);
  place.must("selector", job.selector);
  place.must("check", job.check);
  place.may("limit", job.limit);
  place.may("seed", job.seed);
  place.must("state", job.state);
  place.may("outcome", job.outcome);
  place.must("requested_by", job.requested_by);
  place.must("created", job.created);
  place.must_or_null("ended", job.ended);
  place.must("counts", job.counts);
  place.may("tasks", job.tasks);
  job.told = place.told();
}

}  // namespace muster::client
