// Every change of a task's state goes through here, so that the sum is checked at every one.
#include "jobs/service_state.hpp"

namespace muster::controller {

void JobService::State::check_sum(const OpenJob& job) {
  const auto sum = static_cast<std::size_t>(job.counts.total());
  if (sum == job.record.targets) return;
  ++broken_sums;
  parts.log.error("the states of a job's tasks do not add up to its targets",
                  {{"job", job.record.id.text()}, {"sum", sum}, {"targets", job.record.targets}});
}

void JobService::State::check_counts(const OpenJob& job) {
  TaskCounts counted;
  for (const auto& task : job.tasks) counted.add(task->record.state);
  if (counted == job.counts) return;
  ++broken_sums;
  parts.log.error("a job's counts are not those of its tasks",
                  {{"job", job.record.id.text()}, {"sum", counted.total()}});
}

void JobService::State::set_state(OpenTask& task, TaskState state) {
  auto& job = *task.job;
  if (task.record.state != state) {
    job.counts.remove(task.record.state);
    task.record.state = state;
    job.counts.add(state);
  }
  check_sum(job);
  watchers.tell(job.record.id, TaskChanged{task.record, job.counts, job.record});
}

void JobService::State::end(OpenTask& task, TaskRecord last,
                            std::vector<std::shared_ptr<OutputBuffer>> bodies) {
  task.storing = true;
  auto& job = *task.job;
  if (task.open()) {
    ++job.ending;
  } else if (!task.collecting) {
    task.collecting = true;
    ++job.late;
  }
  if (last.ended == 0) last.ended = now();
  TaskOutcome outcome{job.record.id, std::move(last), std::move(bodies), 0, false};
  outcome.job_stopped = job.stopped && task.record.state == TaskState::Queued;
  if (task.open() && job.unsettled() == 0) outcome.job_ended = std::max(outcome.task.ended, now());
  writer.add(std::move(outcome));
}

void JobService::State::end(OpenTask& task, TaskState state, ErrorCode code, std::string why) {
  TaskRecord last = task.record;
  last.state = state;
  last.error = Error{code, std::move(why), "", false, {}};
  last.ended = now();
  std::vector<std::shared_ptr<OutputBuffer>> bodies;
  last.outputs = outputs_so_far(task, bodies);
  end(task, std::move(last), std::move(bodies));
}

std::vector<OutputRecord> JobService::State::outputs_so_far(
    OpenTask& task, std::vector<std::shared_ptr<OutputBuffer>>& bodies) {
  std::vector<OutputRecord> outputs;
  for (const auto which : {wire::Stream::Records, wire::Stream::Stdout, wire::Stream::Stderr}) {
    const auto& buffer = task.stream(which).buffer;
    if (!buffer) continue;
    outputs.push_back({which, buffer->size(), buffer->size(), buffer->digest()});
    bodies.push_back(buffer);
  }
  return outputs;
}

void JobService::State::on_stored(const std::vector<TaskOutcome>& outcomes) {
  std::map<NodeId, std::vector<TaskId>> told;
  std::set<JobId> touched;
  bool told_event = false;  // the store wrote one with these
  std::vector<std::pair<NodeId, std::unique_ptr<NodesEnd>>> held;
  for (const auto& outcome : outcomes) {
    told_event = told_event || outcome.job_ended != 0 || outcome.job_stopped;
    auto* task = find(outcome.task.id);
    if (task == nullptr) continue;
    // An end of our own is no answer to a RESULT: the node would forget what really happened.
    auto& ids = told[outcome.task.node];
    if (std::exchange(task->told, false)) ids.push_back(outcome.task.id);
    if (task->held) held.emplace_back(outcome.task.node, std::move(task->held));
    touched.insert(outcome.job);
    apply_stored(*task, outcome);
  }
  if (told_event) parts.events.stored_more();
  // After all of them, so that none is sent in spite of a failure that is known.
  for (const auto& id : touched) {
    if (auto* job = find(id)) go_on(*job);
  }
  for (const auto& [node, ids] : told) {
    acknowledge(node, ids);
    dispatch(node);
  }
  for (auto& [node, end] : held) {
    if (const auto* refusal = std::get_if<wire::Refuse>(end.get())) {
      std::ignore = on_refuse(node, *refusal);
    } else {
      std::ignore = on_result(node, std::get<wire::TaskResult>(std::move(*end)));
    }
  }
}

void JobService::State::apply_stored(OpenTask& task, const TaskOutcome& outcome) {
  auto& job = *task.job;
  const auto state = outcome.task.state;
  const auto before = task.record.state;
  if (task.open()) {
    --job.ending;
  } else if (task.collecting) {
    task.collecting = false;
    --job.late;
  }
  task.storing = false;
  task.streams = {};
  task.record = outcome.task;
  task.record.state = before;  // set_state() moves the counts
  forget_task(task);
  // As the store decided, because what was asked of it is done in that order.
  if (outcome.job_stopped && !job.record.cancel_requested) job.record.stopped = true;
  if (outcome.job_ended != 0) job.record.ended = outcome.job_ended;
  const auto id = job.record.id;
  set_state(task, state);
  if (outcome.job_ended != 0) {
    check_counts(job);
    watchers.finish(job.snapshot());
    parts.log.debug("a job ended", {{"job", id.text()}});
  }
  if (job.idle()) release(job);
}

}  // namespace muster::controller
