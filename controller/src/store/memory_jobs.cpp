// Jobs, their tasks, and the output of those, in memory.
#include <algorithm>

#include "store/job_events.hpp"
#include "store/job_state.hpp"
#include "store/memory_store.hpp"

namespace muster::controller {
namespace {

class MemoryOutput final : public OutputBuffer {
 public:
  explicit MemoryOutput(std::shared_ptr<const std::optional<Error>> failure)
      : failure_(std::move(failure)) {}
  [[nodiscard]] Status append(BytesView bytes) override {
    if (*failure_) return tl::unexpected(**failure_);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] crypto::Digest digest() const override { return crypto::sha256(bytes_); }
  [[nodiscard]] Result<Bytes> read(std::uint64_t offset, std::size_t most) const override {
    const auto begin = std::min<std::uint64_t>(offset, bytes_.size());
    return to_bytes(
        BytesView(bytes_).subspan(begin, std::min<std::uint64_t>(most, bytes_.size() - begin)));
  }

 private:
  std::shared_ptr<const std::optional<Error>> failure_;
  Bytes bytes_;
};

TaskCounts count(const std::vector<TaskRecord>& tasks) {
  TaskCounts counts;
  for (const auto& task : tasks) counts.add(task.state);
  return counts;
}

tl::unexpected<Error> no(const char* what) {
  return fail(ErrorCode::NotFound, std::string("there is no such ") + what);
}

}  // namespace

Result<std::optional<JobId>> MemoryStore::same_request(const std::string& requested_by,
                                                       const std::string& key,
                                                       const Digest& request) {
  for (const auto& [job, tasks] : jobs_) {
    if (key.empty() || job.idempotency_key != key || job.requested_by != requested_by) continue;
    if (job.request_digest == request) return job.id;
    return fail(ErrorCode::Conflict, "the idempotency key was used before for another request");
  }
  return std::nullopt;
}

Result<JobId> MemoryStore::create(const JobRecord& job, const std::vector<TaskRecord>& tasks) {
  const auto same = same_request(job.requested_by, job.idempotency_key, job.request_digest);
  if (!same) return tl::unexpected(same.error());
  if (*same) return **same;
  JobWithTasks stored{job, tasks};
  std::sort(stored.tasks.begin(), stored.tasks.end(),
            [](const auto& left, const auto& right) { return left.node_name < right.node_name; });
  for (std::size_t i = 0; i < stored.tasks.size(); ++i) {
    task_index_[stored.tasks[i].id] = {jobs_.size(), i};
  }
  job_index_[job.id] = jobs_.size();
  places_[job.id] = ++last_place_;
  append(job_created(job, job.created));
  if (job.ended != 0) {
    final_counts_[job.id] = count(tasks);
    append(job_ended(job, count(tasks), job.ended));
  }
  jobs_.push_back(std::move(stored));
  return job.id;
}

void MemoryStore::create_job(JobRecord job, std::vector<TaskRecord> tasks, Done<JobId> done) {
  write<JobId>(
      [this, job = std::move(job), tasks = std::move(tasks)] { return create(job, tasks); },
      std::move(done));
}

Status MemoryStore::check_outcomes(const std::vector<TaskOutcome>& outcomes) const {
  const bool all = std::all_of(outcomes.begin(), outcomes.end(), [&](const TaskOutcome& outcome) {
    return task_index_.contains(outcome.task.id);
  });
  if (!all) return no("task");
  for (const auto& outcome : outcomes) {
    for (const auto& body : outcome.bodies) {
      if (lost_ && body->digest() == *lost_) return no("output");
    }
  }
  return {};
}

void MemoryStore::finish(const TaskOutcome& outcome) {
  const auto [job, index] = task_index_.at(outcome.task.id);
  auto& [record, tasks] = jobs_[job];
  auto& task = tasks[index];
  const auto before = task.state;
  const bool changes = !wire::is_final(before) || before == TaskState::Indeterminate;
  if (changes) task = outcome.task;
  for (const auto& body : outcome.bodies) {
    if (changes && body->size() > 0) outputs_[body->digest()] = *body->read(0, body->size());
  }
  if (changes && before == TaskState::Indeterminate) drop_unused_outputs();
  if (outcome.job_stopped && !record.stopped && !record.cancel_requested) {
    record.stopped = true;
    append(job_stopped(record, outcome.task.ended));
  }
  if (record.ended != 0 && changes) {
    final_counts_[record.id].remove(before);
    final_counts_[record.id].add(task.state);
  } else if (record.ended == 0 && outcome.job_ended != 0) {
    record.ended = outcome.job_ended;
    final_counts_[record.id] = count(tasks);
    append(job_ended(record, count(tasks), record.ended));
  }
}

void MemoryStore::finish_tasks(std::vector<TaskOutcome> outcomes, Done<void> done) {
  write<void>(
      [this, outcomes = std::move(outcomes)]() -> Status {
        if (auto good = check_outcomes(outcomes); !good) return good;
        for (const auto& outcome : outcomes) finish(outcome);
        return {};
      },
      std::move(done));
}

void MemoryStore::change_state(std::vector<TaskId> tasks, TaskState from, TaskState to,
                               Done<void> done) {
  write<void>(
      [this, tasks = std::move(tasks), from, to]() -> Status {
        for (const auto& id : tasks) {
          const auto found = task_index_.find(id);
          if (found == task_index_.end()) continue;
          auto& state = jobs_[found->second.first].tasks[found->second.second].state;
          if (state == from) state = to;
        }
        return {};
      },
      std::move(done));
}

void MemoryStore::note_sent(std::vector<TaskId> tasks, Done<void> done) {
  change_state(std::move(tasks), TaskState::Queued, TaskState::Delivered, std::move(done));
}

void MemoryStore::note_unsent(std::vector<TaskId> tasks, Done<void> done) {
  change_state(std::move(tasks), TaskState::Delivered, TaskState::Queued, std::move(done));
}

void MemoryStore::request_cancel(JobId id, std::string by, UnixMs when, Done<void> done) {
  write<void>(
      [this, id, by = std::move(by), when]() -> Status {
        const auto found = job_index_.find(id);
        if (found == job_index_.end()) return no("job");
        auto& job = jobs_[found->second].job;
        if (!job.cancel_requested) append(job_cancelled(job, by, when));
        job.cancel_requested = true;
        return {};
      },
      std::move(done));
}

Result<std::vector<JobWithTasks>> MemoryStore::open_jobs() {
  std::vector<JobWithTasks> open;
  std::copy_if(jobs_.begin(), jobs_.end(), std::back_inserter(open),
               [](const auto& job) { return job.job.ended == 0; });
  return open;
}

Result<JobWithTasks> MemoryStore::job(JobId id) {
  ++whole_jobs_read_;
  const auto found = job_index_.find(id);
  if (found == job_index_.end()) return fail(ErrorCode::NotFound, "there is no job " + id.text());
  return jobs_[found->second];
}

TaskCounts MemoryStore::counts_for(const JobWithTasks& job, const JobQuery& query) {
  if (job.job.ended != 0) return final_counts_.at(job.job.id);
  if (query.counted && query.counted(job.job.id)) return {};
  ++jobs_counted_;
  return count(job.tasks);
}

Result<std::uint64_t> MemoryStore::place_of(JobId job) {
  const auto found = places_.find(job);
  if (found == places_.end()) return fail(ErrorCode::NotFound, "there is no job " + job.text());
  return found->second;
}

bool MemoryStore::is_wanted(const JobFilter& filter, const JobWithTasks& job) const {
  if (filter.job && *filter.job != job.job.id) return false;
  const auto on_node = [&](const TaskRecord& task) { return task.node_name == filter.node; };
  if (!filter.node.empty() && std::none_of(job.tasks.begin(), job.tasks.end(), on_node)) {
    return false;
  }
  const auto& record = job.job;
  const auto counts = record.ended == 0 ? TaskCounts() : final_counts_.at(record.id);
  const bool open = record.ended == 0;
  return wanted(filter, {record.operation, record.requested_by, record.created,
                         open ? JobState::Running : state_of(record, counts),
                         open ? JobOutcome::Open : outcome_of(counts)});
}

Result<JobPage> MemoryStore::jobs(const JobQuery& query) {
  JobPage page;
  std::uint64_t last = 0;    // that was found
  std::uint64_t latest = 0;  // that was looked at
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) {
    const auto place = places_.at(job->job.id);
    if (query.before && place >= *query.before) continue;
    if (page.looked == query.most_looked) {
      page.next = latest;
      break;
    }
    latest = place;
    ++page.looked;
    if (!is_wanted(query.filter, *job)) continue;
    if (page.jobs.size() == query.limit) {
      page.next = last;
      break;
    }
    page.jobs.push_back({job->job, counts_for(*job, query)});
    last = place;
  }
  return page;
}

Result<std::vector<JobId>> MemoryStore::job_ids(JobId first, JobId last, std::size_t limit) {
  std::vector<JobId> ids;
  for (const auto& job : jobs_) {
    if (job.job.id >= first && job.job.id <= last) ids.push_back(job.job.id);
  }
  std::sort(ids.begin(), ids.end());
  ids.resize(std::min(ids.size(), limit));
  return ids;
}

Result<std::pair<JobId, TaskRecord>> MemoryStore::task(TaskId id) {
  const auto found = task_index_.find(id);
  if (found == task_index_.end()) return fail(ErrorCode::NotFound, "there is no task " + id.text());
  const auto& job = jobs_[found->second.first];
  return std::pair{job.job.id, job.tasks[found->second.second]};
}

Result<LastStates> MemoryStore::last_states(const std::string& operation) {
  LastStates last;
  for (const auto& [job, tasks] : jobs_) {
    if (!operation.empty() && job.operation != operation) continue;
    for (const auto& task : tasks) last[task.node] = task.state;
  }
  return last;
}

Result<LastStates> MemoryStore::last_states(JobId id) {
  const auto found = job_index_.find(id);
  if (found == job_index_.end()) return no("job");
  LastStates last;
  for (const auto& task : jobs_[found->second].tasks) last[task.node] = task.state;
  return last;
}

Result<TaskRecord> MemoryStore::task_on(JobId job, std::string_view node_name) {
  const auto found = job_index_.find(job);
  if (found == job_index_.end()) return fail(ErrorCode::NotFound, "there is no job " + job.text());
  for (const auto& task : jobs_[found->second].tasks) {
    if (task.node_name == node_name) return task;
  }
  return fail(ErrorCode::NotFound,
              "the job " + job.text() + " has no task on a node named " + std::string(node_name));
}

std::shared_ptr<OutputBuffer> MemoryStore::new_output() {
  return std::make_shared<MemoryOutput>(failure_);
}

Result<Bytes> MemoryStore::read_output(const Digest& digest, std::uint64_t offset,
                                       std::size_t most) {
  const auto found = outputs_.find(digest);
  if (found == outputs_.end()) return no("output");
  const auto begin = std::min<std::uint64_t>(offset, found->second.size());
  const auto count = std::min<std::uint64_t>(most, found->second.size() - begin);
  return to_bytes(BytesView(found->second).subspan(begin, count));
}

}  // namespace muster::controller
