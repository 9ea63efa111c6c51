#include "jobs/job_service.hpp"

#include <algorithm>
#include <muster/core/crypto/hmac.hpp>
#include <muster/core/wire/messages.hpp>
#include <nlohmann/json.hpp>

#include "jobs/job_view.hpp"
#include "jobs/service_state.hpp"
#include "store/job_state.hpp"

namespace muster::controller {

namespace {

std::string why_not_stored(const Error& error) {
  switch (error.code) {
    case ErrorCode::Conflict:
      return "idempotency_key";
    case ErrorCode::ResourceExhausted:
      return "disk_full";
    case ErrorCode::Unavailable:
      return "busy";
    default:
      return "internal";
  }
}

tl::unexpected<JobRefusal> not_stored(const Error& error) {
  return tl::unexpected(JobRefusal{error, why_not_stored(error), {}});
}

/// A key of its own from the one that the controller keeps anyway.
crypto::Secret request_key_from(const crypto::SessionKeyPair& key) {
  return crypto::Secret::copy_of(
      crypto::hmac_sha256(key.secret_key.reveal(), as_bytes("muster: digests of requests")));
}

}  // namespace

JobService::State::State(Parts the_parts)
    : parts(the_parts),
      request_key(request_key_from(the_parts.session_key)),
      writer(parts.loop, parts.store, parts.log,
             [this](const std::vector<TaskOutcome>& outcomes) { on_stored(outcomes); }),
      watchers(parts.loop) {
  arm_sweep();
}

OpenJob* JobService::State::find(JobId id) {
  const auto found = jobs.find(id);
  return found == jobs.end() ? nullptr : found->second.get();
}

OpenTask* JobService::State::find(TaskId id) {
  const auto found = tasks.find(id);
  return found == tasks.end() ? nullptr : found->second;
}

OpenJob& JobService::State::take_in(JobRecord record, std::vector<TaskRecord> records,
                                    Bytes arguments, bool read_only) {
  auto owned = std::make_unique<OpenJob>();
  auto& job = *owned;
  job.record = std::move(record);
  job.number = next_job++;
  job.arguments = std::move(arguments);
  job.read_only = read_only;
  job.stopped = job.record.stopped;
  for (auto& task_record : records) {
    auto task = std::make_unique<OpenTask>();
    task->record = std::move(task_record);
    task->job = &job;
    task->not_after = job.record.not_after;
    task->cancel_wanted = job.record.cancel_requested;
    task->noted = task->record.state != TaskState::Queued;
    job.counts.add(task->record.state);
    if (task->open()) job.swept.push_back(task.get());
    tasks[task->record.id] = task.get();
    if (task->record.state == TaskState::Queued && job.record.at_once > 0) {
      hold_back(*task);
    } else if (task->record.state == TaskState::Queued) {
      work[task->record.node].waiting.push_back(task.get());
    } else if (task->open()) {
      work[task->record.node].in_flight[task->record.id] = task.get();
      start_time_of(*task);
    }
    job.tasks.push_back(std::move(task));
  }
  // The tasks of one that goes carefully have times of their own.
  job.swept_from = job.record.at_once > 0 ? 0 : job.record.not_after;
  if (!job.swept.empty()) deadlines.emplace(job.swept_from, job.record.id);
  jobs[job.record.id] = std::move(owned);
  check_sum(job);
  std::ignore = release_held(job);
  return job;
}

void JobService::State::forget_task(OpenTask& task) {
  const auto found = work.find(task.record.node);
  if (found == work.end()) return;
  found->second.in_flight.erase(task.record.id);
  if (found->second.idle()) work.erase(found);
}

void JobService::State::release(OpenJob& job) {
  for (const auto& task : job.tasks) {
    tasks.erase(task->record.id);
    forget_task(*task);
  }
  deadlines.erase({job.swept_from, job.record.id});
  jobs.erase(job.record.id);
}

std::size_t JobService::State::room() const {
  const auto taken = tasks.size() + tasks_in_creation;
  return parts.max_open_tasks - std::min(parts.max_open_tasks, taken);
}

JobService::JobService(Parts parts) : state_(std::make_unique<State>(parts)) {
  state_->parts.fleet.set_listener(this);
}

JobService::~JobService() { state_->parts.fleet.set_listener(nullptr); }

Status JobService::load() {
  auto open = state_->parts.store.open_jobs();
  if (!open) return tl::unexpected(open.error());
  for (auto& job : *open) {
    for (auto& task : job.tasks) {
      const bool unsent = wire::is_final(task.state) || task.state == TaskState::Queued;
      if (!unsent) task.state = TaskState::Delivered;
    }
    auto arguments =
        job.job.secrets
            ? Bytes()
            : nlohmann::json::to_msgpack(nlohmann::json::parse(job.job.arguments, nullptr, false));
    const bool read_only = is_read_only(state_->parts.fleet, job.job, job.tasks);
    auto& taken =
        state_->take_in(std::move(job.job), std::move(job.tasks), std::move(arguments), read_only);
    if (taken.record.cancel_requested) {
      for (const auto& task : taken.tasks) state_->want_cancel(*task);
      continue;
    }
    if (taken.record.secrets) state_->end_without_secrets(taken);
    if (taken.stopped) {
      state_->stop(taken);  // not all of that was stored before this start
    } else {
      state_->go_on(taken);  // it may have failed too often before this start
    }
  }
  return {};
}

void JobService::create(JobRequest request, JobCreated done) {
  if (!request.idempotency_key.empty()) {
    // A repeat is answered with its job, whatever has become of the fleet since.
    const auto same = state_->parts.store.same_request(
        request.requested_by, request.idempotency_key, digest_of(request, state_->request_key));
    if (!same) return done(not_stored(same.error()));
    if (*same) return done(**same);
  }
  auto planned = plan_job(state_->parts.fleet, request, state_->now(), state_->room());
  if (!planned) return done(tl::unexpected(planned.error()));
  const auto plan = std::make_shared<JobPlan>(std::move(*planned));
  plan->job.request_digest = digest_of(request, state_->request_key);
  state_->tasks_in_creation += plan->tasks.size();
  auto tasks = plan->tasks;
  auto free = plan->job.at_once > 0 ? plan->job.at_once : tasks.size();
  if (must_stop(plan->job, counts_of(tasks))) free = 0;
  for (auto& task : tasks) {
    // Stored as sent at once, where it will be: that spares a second commit before the first word.
    const bool goes = task.state == TaskState::Queued && free > 0;
    if (goes) --free;
    const bool at_once = goes && state_->sends_at_once(task.node);
    if (at_once) task.state = TaskState::Delivered;
    plan->noted.push_back(at_once);
  }
  state_->parts.store.create_job(
      plan->job, std::move(tasks),
      [this, plan, done = std::move(done)](const Result<JobId>& stored) {
        state_->tasks_in_creation -= plan->tasks.size();
        if (!stored) return done(not_stored(stored.error()));
        state_->parts.events.stored_more();
        // Another id is that of the job which the same request made before.
        if (*stored == plan->job.id && plan->job.ended == 0) {
          auto& job = state_->take_in(std::move(plan->job), std::move(plan->tasks),
                                      std::move(plan->arguments), plan->read_only);
          std::vector<NodeId> nodes;
          for (std::size_t i = 0; i < job.tasks.size(); ++i) {
            if (!job.tasks[i]->open()) continue;
            job.tasks[i]->noted = plan->noted[i];
            nodes.push_back(job.tasks[i]->record.node);
          }
          done(*stored);  // before anything is sent, so that a watcher misses nothing
          const auto id = *stored;
          for (const auto node : nodes) {
            state_->dispatch(node);  // some may be offline since the job was planned
          }
          // It may have failed too often before it began.
          if (auto* made = state_->find(id)) state_->go_on(*made);
          return;
        }
        done(*stored);
      });
}

JobForecast JobService::forecast(const JobRequest& request) const {
  return forecast_job(state_->parts.fleet, request, state_->room());
}

void JobService::cancel(JobId id, const std::string& by, Done<void> done) {
  const auto* job = state_->find(id);
  if (job == nullptr) {
    const auto stored = state_->parts.store.job(id);
    return done(stored ? Status() : Status(tl::unexpected(stored.error())));
  }
  if (job->unsettled() == 0) return done(Status());  // in memory only for what comes late
  const auto asked = [this, id, done = std::move(done)](const Status& stored) {
    if (stored) state_->parts.events.stored_more();
    auto* open = state_->find(id);
    if (stored && open != nullptr) {
      open->record.cancel_requested = true;
      for (std::size_t i = 0; i < open->tasks.size(); ++i) state_->want_cancel(*open->tasks[i]);
    }
    done(stored);
  };
  state_->parts.store.request_cancel(id, by, state_->now(), asked);
}

Status JobService::cancel_task(JobId id, NodeId node) {
  auto* job = state_->find(id);
  if (job != nullptr) {
    for (const auto& task : job->tasks) {
      if (task->record.node != node) continue;
      state_->want_cancel(*task);
      return {};
    }
  }
  return fail(ErrorCode::NotFound,
              "there is no open job " + id.text() + " with a task on this node");
}

Result<JobWithTasks> JobService::find(JobId id) const {
  if (const auto* job = state_->find(id)) return job->snapshot();
  return state_->parts.store.job(id);
}

Result<std::vector<JobId>> JobService::ids_with(const std::string& prefix,
                                                std::size_t limit) const {
  const auto filled = [&prefix](std::string_view with) {
    return JobId::parse(prefix + std::string(with.substr(std::min(prefix.size(), with.size()))));
  };
  const auto first = filled("00000000-0000-0000-0000-000000000000");
  const auto last = filled("ffffffff-ffff-ffff-ffff-ffffffffffff");
  if (!first || !last) return std::vector<JobId>();  // no id looks like this
  return state_->parts.store.job_ids(*first, *last, limit);
}

std::size_t JobService::open_jobs() const { return state_->jobs.size(); }

std::vector<JobId> JobService::in_memory() const {
  std::vector<JobId> ids;
  for (const auto& [id, job] : state_->jobs) ids.push_back(id);
  return ids;
}

TaskCounts JobService::task_counts() const {
  TaskCounts all;
  for (const auto& [id, job] : state_->jobs) {
    for (int number = 0; number < TaskCounts::kStates; ++number) {
      const auto state = static_cast<TaskState>(number);
      all.set(state, all.of(state) + job->counts.of(state));
    }
  }
  return all;
}

Result<Subscription> JobService::subscribe(JobId id, JobWatcher watcher) {
  if (const auto* job = state_->find(id); job != nullptr && job->record.ended == 0) {
    return state_->watchers.add(id, std::move(watcher));
  }
  auto stored = state_->parts.store.job(id);
  if (!stored) return tl::unexpected(stored.error());
  auto subscription = state_->watchers.add(id, std::move(watcher));
  if (subscription) state_->watchers.finish(std::move(*stored));
  return subscription;
}

std::vector<TaskAway> JobService::away(JobId id) const {
  std::vector<TaskAway> all;
  const auto* job = state_->find(id);
  if (job == nullptr) return all;
  for (const auto& task : job->tasks) {
    if (auto away = state_->away(*task)) all.push_back(std::move(*away));
  }
  return all;
}

std::uint64_t JobService::broken_sums() const { return state_->broken_sums; }

std::uint64_t JobService::tasks_swept() const { return state_->tasks_swept; }

std::uint64_t JobService::held_tasks_seen() const { return state_->held_seen; }

void JobService::on_session(NodeId node) {
  state_->query(node);
  state_->dispatch(node);
  state_->unpark(node);
}

void JobService::on_room(NodeId node) {
  state_->catch_up(node);
  state_->dispatch(node);
}

void JobService::on_session_end(NodeId node) {
  state_->owed.erase(node);  // it sends every RESULT again in its next session
  state_->note_unsent(node);
  const auto found = state_->work.find(node);
  if (found == state_->work.end()) return;
  std::vector<OpenTask*> late;
  for (const auto& [id, task] : found->second.in_flight) {
    task->cancel_sent = false;
    task->of_session = false;
    for (auto& stream : task->streams) stream.asked_rewind = false;
    if (task->collecting && !task->storing) late.push_back(task);
  }
  // What it told us of a task that was given up is not whole; it begins anew when the node is back.
  std::set<OpenJob*> touched;
  for (auto* task : late) {
    task->collecting = false;
    task->streams = {};
    --task->job->late;
    state_->forget_task(*task);
    touched.insert(task->job);
  }
  for (auto* job : touched) {
    if (job->idle()) state_->release(*job);
  }
}

void JobService::on_leaving(NodeId node, const std::vector<TaskId>& kept) {
  const auto found = state_->work.find(node);
  if (found == state_->work.end()) return;
  const std::set<TaskId> has(kept.begin(), kept.end());
  std::vector<OpenTask*> never_had;
  for (const auto& [id, task] : found->second.in_flight) {
    // Of those before its session it tells with STATUS, which the session began with asking for.
    if (!task->of_session || has.contains(id)) continue;
    if (task->open() && !task->storing) never_had.push_back(task);
  }
  for (auto* task : never_had) state_->reconcile_one(*task, TaskState::Unknown);
  state_->dispatch(node);
}

void JobService::on_offline(NodeId node) {
  state_->end_waiting(node);
  const auto found = state_->work.find(node);
  if (found == state_->work.end()) return;
  const auto sent = found->second.in_flight;  // a copy: watchers may do anything
  for (const auto& [id, task] : sent) {
    if (auto away = state_->away(*task)) state_->watchers.tell(task->job->record.id, *away);
  }
}

}  // namespace muster::controller
