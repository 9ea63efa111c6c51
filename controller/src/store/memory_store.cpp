#include "store/memory_store.hpp"

#include <algorithm>

#include "store/token_rules.hpp"

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

MemoryStore::MemoryStore(run::EventLoop& loop) : loop_(loop), meta_{1, 1, FleetId::random()} {}

NodeRecord* MemoryStore::living(NodeId id) {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const NodeRecord& node) {
    return node.id == id && node.retired == 0;
  });
  return found == nodes_.end() ? nullptr : &*found;
}

Result<NodeRecord> MemoryStore::enroll(const Digest& secret, NodeRecord node) {
  const auto token =
      std::find_if(enrollment_tokens_.begin(), enrollment_tokens_.end(),
                   [&](const auto& candidate) { return candidate.secret == secret; });
  if (token == enrollment_tokens_.end()) return unknown_token();
  const auto before = std::find_if(nodes_.begin(), nodes_.end(), [&](const NodeRecord& other) {
    return other.retired == 0 && other.name == node.name &&
           other.transport_key == node.transport_key && other.session_key == node.session_key;
  });
  if (before != nodes_.end() && token->revoked == 0) return *before;
  if (auto usable = check_usable(*token, node.enrolled); !usable)
    return tl::unexpected(usable.error());
  for (const auto& other : nodes_) {
    if (other.retired == 0 && other.name == node.name) {
      return fail(ErrorCode::Conflict, "a node named " + node.name + " is in the fleet already",
                  "/name");
    }
    if (other.id == node.id || other.transport_key == node.transport_key ||
        other.session_key == node.session_key) {
      return fail(ErrorCode::Conflict, "a node with this id or these keys has joined before");
    }
  }
  --token->uses_left;
  node.labels = token->labels;
  nodes_.push_back(node);
  return node;
}

void MemoryStore::enroll_node(const Digest& secret, NodeRecord node, Done<NodeRecord> done) {
  write<NodeRecord>([this, secret, node = std::move(node)] { return enroll(secret, node); },
                    std::move(done));
}

void MemoryStore::update_node(NodeId id, NodeReport report, Done<void> done) {
  write<void>(
      [this, id, report = std::move(report)]() -> Status {
        auto* node = living(id);
        if (node == nullptr) return no("node");
        node->last_seen = report.last_seen;
        node->agent_version = report.agent_version;
        node->facts_digest = report.facts_digest;
        node->facts = report.facts;
        node->plugins = report.plugins;
        return {};
      },
      std::move(done));
}

void MemoryStore::set_labels(NodeId id, Labels labels, Done<void> done) {
  write<void>(
      [this, id, labels = std::move(labels)]() -> Status {
        auto* node = living(id);
        if (node == nullptr) return no("node");
        node->labels = labels;
        return {};
      },
      std::move(done));
}

void MemoryStore::retire_node(NodeId id, UnixMs when, Done<void> done) {
  write<void>(
      [this, id, when]() -> Status {
        auto* node = living(id);
        if (node == nullptr) return no("node");
        node->retired = when;
        return {};
      },
      std::move(done));
}

Result<std::vector<NodeRecord>> MemoryStore::nodes() {
  std::vector<NodeRecord> living_nodes;
  for (const auto& node : nodes_) {
    if (node.retired == 0) living_nodes.push_back(node);
  }
  std::sort(living_nodes.begin(), living_nodes.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return living_nodes;
}

void MemoryStore::add_enrollment_token(EnrollmentToken token, Done<void> done) {
  write<void>(
      [this, token = std::move(token)]() -> Status {
        enrollment_tokens_.push_back(token);
        return {};
      },
      std::move(done));
}

void MemoryStore::revoke_enrollment_token(EnrollmentTokenId id, UnixMs when, Done<void> done) {
  write<void>(
      [this, id, when]() -> Status {
        for (auto& token : enrollment_tokens_) {
          if (token.id != id || token.revoked != 0) continue;
          token.revoked = when;
          return {};
        }
        return no("enrolment token");
      },
      std::move(done));
}

Result<std::vector<EnrollmentToken>> MemoryStore::enrollment_tokens(UnixMs now) {
  std::vector<EnrollmentToken> usable;
  for (auto token = enrollment_tokens_.rbegin(); token != enrollment_tokens_.rend(); ++token) {
    if (check_usable(*token, now)) usable.push_back(*token);
  }
  std::stable_sort(usable.begin(), usable.end(), [](const auto& left, const auto& right) {
    return left.created > right.created;
  });
  return usable;
}

void MemoryStore::add_api_token(ApiToken token, Done<void> done) {
  write<void>(
      [this, token = std::move(token)]() -> Status {
        for (const auto& other : api_tokens_) {
          if (other.revoked == 0 && other.name == token.name) {
            return fail(ErrorCode::Conflict, "a token named " + token.name + " is in force already",
                        "/name");
          }
        }
        api_tokens_.push_back(token);
        return {};
      },
      std::move(done));
}

void MemoryStore::revoke_api_token(ApiTokenId id, UnixMs when, Done<void> done) {
  write<void>(
      [this, id, when]() -> Status {
        for (auto& token : api_tokens_) {
          if (token.id != id || token.revoked != 0) continue;
          token.revoked = when;
          return {};
        }
        return no("token");
      },
      std::move(done));
}

Result<std::vector<ApiToken>> MemoryStore::api_tokens() {
  std::vector<ApiToken> in_force;
  for (const auto& token : api_tokens_) {
    if (token.revoked == 0) in_force.push_back(token);
  }
  std::sort(in_force.begin(), in_force.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return in_force;
}

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
  for (const auto& body : outcome.bodies) {
    if (body->size() > 0) outputs_[body->digest()] = *body->read(0, body->size());
  }
  const auto [job, index] = task_index_.at(outcome.task.id);
  auto& task = jobs_[job].tasks[index];
  if (!wire::is_final(task.state) || task.state == TaskState::Indeterminate) task = outcome.task;
  if (outcome.job_ended != 0 && jobs_[job].job.ended == 0) jobs_[job].job.ended = outcome.job_ended;
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

void MemoryStore::request_cancel(JobId id, Done<void> done) {
  write<void>(
      [this, id]() -> Status {
        const auto found = job_index_.find(id);
        if (found == job_index_.end()) return no("job");
        jobs_[found->second].job.cancel_requested = true;
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

Result<JobPage> MemoryStore::jobs(const JobQuery& query) {
  std::size_t at = jobs_.size();
  if (query.before) {
    const auto found = job_index_.find(*query.before);
    if (found == job_index_.end()) {
      return fail(ErrorCode::NotFound, "there is no job " + query.before->text());
    }
    at = found->second;
  }
  JobPage page;
  while (at > 0 && page.jobs.size() < query.limit) {
    --at;
    page.jobs.push_back({jobs_[at].job, count(jobs_[at].tasks)});
  }
  if (at > 0 && !page.jobs.empty()) page.next = page.jobs.back().job.id;
  return page;
}

Result<std::pair<JobId, TaskRecord>> MemoryStore::task(TaskId id) {
  const auto found = task_index_.find(id);
  if (found == task_index_.end()) return fail(ErrorCode::NotFound, "there is no task " + id.text());
  const auto& job = jobs_[found->second.first];
  return std::pair{job.job.id, job.tasks[found->second.second]};
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

void MemoryStore::put_manifest(const Digest& digest, std::string json, Done<void> done) {
  write<void>(
      [this, digest, json = std::move(json)]() -> Status {
        manifests_.emplace(digest, json);
        return {};
      },
      std::move(done));
}

Result<std::string> MemoryStore::manifest(const Digest& digest) {
  const auto found = manifests_.find(digest);
  if (found == manifests_.end()) return no("manifest");
  return found->second;
}

void MemoryStore::append_event(EventRecord event, Done<std::uint64_t> done) {
  write<std::uint64_t>(
      [this, event = std::move(event)]() mutable -> Result<std::uint64_t> {
        event.id = events_.size() + 1;
        events_.push_back(event);
        return event.id;
      },
      std::move(done));
}

Result<std::vector<EventRecord>> MemoryStore::events_after(std::uint64_t after, std::size_t limit) {
  std::vector<EventRecord> page;
  for (const auto& event : events_) {
    if (event.id > after && page.size() < limit) page.push_back(event);
  }
  return page;
}

}  // namespace muster::controller
