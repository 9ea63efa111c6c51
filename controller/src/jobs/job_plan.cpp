#include "jobs/job_plan.hpp"

#include <algorithm>
#include <map>
#include <muster/core/crypto/hmac.hpp>
#include <muster/core/schema/schema.hpp>
#include <muster/core/selector/selector.hpp>
#include <nlohmann/json.hpp>

#include "jobs/job_targets.hpp"
#include "jobs/pace.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

bool never_connected(const Node& node) { return node.record.agent_version.empty(); }

bool is_away(const Node& node) {
  return node.presence == Presence::Offline || never_connected(node);
}

/// Whether all targets are left out for being away, so that what they could do does not matter. An
/// operation that no plugin of the fleet has is a slip all the same.
bool only_leaves_out(const Fleet& fleet, const std::vector<const Node*>& targets,
                     const JobRequest& request) {
  if (request.offline == OfflinePolicy::Queue) return false;
  const bool away =
      std::all_of(targets.begin(), targets.end(), [](const Node* node) { return is_away(*node); });
  const auto plugins = fleet.plugins();
  const bool told = std::any_of(plugins.begin(), plugins.end(),
                                [](const auto& plugin) { return plugin.manifest != nullptr; });
  return away && (!told || std::any_of(plugins.begin(), plugins.end(), [&](const auto& plugin) {
           return plugin.manifest != nullptr && plugin.manifest->id == plugin.id &&
                  plugin.manifest->find_operation(request.operation) != nullptr;
         }));
}

Status check_request(const JobRequest& request) {
  using std::chrono::milliseconds;
  if (request.timeout && (*request.timeout <= milliseconds(0) || *request.timeout > kMaxTimeout)) {
    return fail(ErrorCode::InvalidArgument, "a timeout is between 1ms and 7d", "/timeout");
  }
  if (request.start_within &&
      (*request.start_within <= milliseconds(0) || *request.start_within > kMaxTimeout)) {
    return fail(ErrorCode::InvalidArgument, "the time to start within is between 1ms and 7d",
                "/start_within");
  }
  if (request.output_cap && (*request.output_cap == 0 || *request.output_cap > kMaxOutputCap)) {
    return fail(ErrorCode::InvalidArgument, "the output cap is between 1 byte and 16GiB",
                "/output_cap");
  }
  if (request.idempotency_key.size() > 256) {
    return fail(ErrorCode::InvalidArgument, "an idempotency key has at most 256 bytes");
  }
  if (!request.limit && !request.seed.empty()) {
    return fail(ErrorCode::InvalidArgument, "a seed is of use with a limit only", "/seed");
  }
  if (request.seed.size() > kMaxSeed) {
    return fail(ErrorCode::InvalidArgument, "a seed has at most 64 bytes", "/seed");
  }
  if (request.operation.size() > 256 || request.instance.size() > 256) {
    return fail(ErrorCode::InvalidArgument, "a name has at most 256 bytes", "/operation");
  }
  return {};
}

/// One version of the operation among the targets.
struct Version {
  std::size_t nodes = 0;
  std::optional<Error> wrong;  ///< why it does not take the arguments
};
using Versions = std::map<const config::Operation*, Version>;

/// As the node will look at them: it fills in its own defaults.
std::optional<Error> why_wrong(const config::Operation& operation, json arguments) {
  operation.arguments.fill_defaults(arguments);
  const auto valid =
      schema::require_valid(operation.arguments, arguments, "the arguments of " + operation.name);
  return valid ? std::nullopt : std::optional(valid.error());
}

Versions versions_on(const std::vector<const config::Operation*>& operations,
                     const json& arguments) {
  Versions versions;
  for (const auto* operation : operations) {
    if (operation == nullptr) continue;
    auto& version = versions[operation];
    if (version.nodes++ == 0) version.wrong = why_wrong(*operation, arguments);
  }
  return versions;
}

/// Puts marks in the place of what any version of the operation calls secret. Where the targets
/// have none, those of the rest of the fleet count; what no manifest tells of may all be secret.
/// Tells whether it put one.
bool conceal(const Fleet& fleet, const std::string& name, const Versions& versions,
             json& arguments) {
  bool any = false;
  for (const auto& [operation, version] : versions) {
    any = operation->arguments.conceal(arguments) || any;
  }
  if (!versions.empty()) return any;
  bool known = false;
  for (const auto& plugin : fleet.plugins()) {
    const auto* operation =
        plugin.manifest == nullptr ? nullptr : plugin.manifest->find_operation(name);
    if (operation == nullptr) continue;
    known = true;
    any = operation->arguments.conceal(arguments) || any;
  }
  if (known) return any;
  for (auto& [argument, value] : arguments.items()) value = schema::kSecretMark;
  return !arguments.empty();
}

/// The version that most of the targets have speaks for the job, so that no single node does; null
/// when none has the operation.
const config::Operation* commonest(const std::vector<const config::Operation*>& operations,
                                   const Versions& versions) {
  const config::Operation* found = nullptr;
  for (const auto* operation : operations) {
    if (operation == nullptr) continue;
    if (found == nullptr || versions.at(operation).nodes > versions.at(found).nodes) {
      found = operation;
    }
  }
  return found;
}

/// A request is refused only when every target would refuse it.
std::optional<JobRefusal> check_versions(const Versions& versions, const config::Operation& common,
                                         const JobRequest& request) {
  const bool can_check = std::any_of(versions.begin(), versions.end(),
                                     [](const auto& version) { return version.first->check; });
  if (request.check && !can_check) {
    return refuse("bad_request", ErrorCode::InvalidArgument,
                  request.operation + " has no check mode: it cannot say what it would change",
                  "/check")
        .value();
  }
  const bool taken = std::any_of(versions.begin(), versions.end(),
                                 [](const auto& version) { return !version.second.wrong; });
  if (taken) return std::nullopt;
  const auto& wrong = *versions.at(&common).wrong;
  return refuse("bad_arguments", wrong.code, wrong.message, wrong.field).value();
}

bool any_dangerous(const std::vector<const config::Operation*>& operations) {
  return std::any_of(operations.begin(), operations.end(), [](const auto* operation) {
    return operation != nullptr && operation->risk == config::Risk::Dangerous;
  });
}

/// Who starts something dangerous on many nodes says how many they are, and is right.
std::optional<JobRefusal> check_expected(const JobRequest& request, bool dangerous,
                                         std::size_t targets) {
  const auto nodes = std::to_string(targets) + (targets == 1 ? " node" : " nodes");
  if (request.expect && *request.expect != targets) {
    return refuse("not_as_expected", ErrorCode::FailedPrecondition,
                  "it would be " + nodes + ", not " + std::to_string(*request.expect) +
                      "; nothing was run",
                  "/expect")
        .value();
  }
  if (request.expect || !dangerous || targets <= kFewNodes) return std::nullopt;
  return refuse("expect_needed", ErrorCode::FailedPrecondition,
                request.operation + " is dangerous and would run on " + nodes +
                    "; say that you expect that number")
      .value();
}

}  // namespace

Digest digest_of(const JobRequest& request, const crypto::Secret& key) {
  const auto size = [](const std::optional<SampleSize>& of) {
    return of ? json{of->number, of->percent} : json();
  };
  const json canonical{request.operation,
                       request.selector,
                       request.arguments,
                       request.instance,
                       request.timeout ? request.timeout->count() : -1,
                       request.start_within ? request.start_within->count() : -1,
                       static_cast<int>(request.offline),
                       request.check,
                       request.output_cap.value_or(0),
                       request.drained,
                       size(request.limit),
                       request.seed,
                       size(request.at_once),
                       size(request.max_failed)};
  return crypto::hmac_sha256(
      key.reveal(), as_bytes(canonical.dump(-1, ' ', false, json::error_handler_t::replace)));
}

namespace {

JobRecord make_record(const JobRequest& request, std::chrono::milliseconds timeout,
                      const Pace& pace, UnixMs now) {
  JobRecord job;
  job.id = JobId::random();
  job.operation = request.operation;
  job.instance = request.instance;
  job.timeout_ms = request.timeout.value_or(timeout).count();
  // Those that wait for others to be done first may start late.
  const bool waits = request.offline == OfflinePolicy::Queue || pace.at_once > 0;
  const auto window = waits ? std::chrono::milliseconds(kDefaultQueueWindow)
                            : std::chrono::milliseconds(kDefaultStartWindow);
  job.not_after = now + request.start_within.value_or(window).count();
  job.offline = request.offline;
  job.check = request.check;
  job.drained = request.drained;
  job.at_once = pace.at_once;
  job.max_failed = pace.max_failed;
  if (request.limit) {
    job.limit = std::to_string(request.limit->number) + (request.limit->percent ? "%" : "");
    job.seed = request.seed;
  }
  job.output_cap = request.output_cap.value_or(kDefaultOutputCap);
  job.requested_by = request.requested_by;
  job.idempotency_key = request.idempotency_key;
  job.created = now;
  return job;
}

/// `why` does not name the node, so that nodes with the same reason can be shown together.
void end_at_creation(TaskRecord& task, TaskState state, ErrorCode code, std::string why,
                     UnixMs now) {
  task.state = state;
  task.error = Error{code, std::move(why), "", false, {}};
  task.ended = now;
}

TaskRecord make_task(const Node& node, const config::Operation* operation, const JobRecord& job,
                     const Versions& versions) {
  TaskRecord task;
  task.id = TaskId::random();
  task.node = node.record.id;
  task.node_name = node.record.name;
  if (node.record.drain && !job.drained) {
    end_at_creation(task, TaskState::Skipped, ErrorCode::FailedPrecondition,
                    why_drained(*node.record.drain), job.created);
  } else if (is_away(node) && job.offline != OfflinePolicy::Queue) {
    const bool skip = job.offline == OfflinePolicy::Skip;
    end_at_creation(
        task, skip ? TaskState::Skipped : TaskState::Unreachable, ErrorCode::Unavailable,
        never_connected(node) ? "the node has not connected yet" : "the node is offline",
        job.created);
  } else if (operation == nullptr) {
    end_at_creation(task, TaskState::Refused, ErrorCode::Unsupported,
                    "the node has no operation " + job.operation, job.created);
  } else if (job.check && !operation->check) {
    end_at_creation(task, TaskState::Refused, ErrorCode::Unsupported,
                    job.operation + " has no check mode in the node's version", job.created);
  } else if (const auto& wrong = versions.at(operation).wrong) {
    end_at_creation(task, TaskState::Refused, ErrorCode::InvalidArgument,
                    "the node's version does not take these arguments: " + wrong->message,
                    job.created);
    task.error->field = wrong->field;
  }
  return task;
}

/// `common` is null when none of the targets has the operation.
std::optional<JobRefusal> check_operation(const Fleet& fleet, const JobRequest& request,
                                          const std::vector<const Node*>& targets,
                                          const Versions& versions,
                                          const config::Operation* common) {
  if (common != nullptr) return check_versions(versions, *common, request);
  if (only_leaves_out(fleet, targets, request)) return std::nullopt;
  return unknown_operation(fleet, request.operation);
}

}  // namespace

tl::expected<JobPlan, JobRefusal> plan_job(const Fleet& fleet, const JobRequest& request,
                                           UnixMs now, std::size_t room) {
  if (auto good = check_request(request); !good) {
    return tl::unexpected(JobRefusal{good.error(), "bad_request", {}});
  }
  std::string canonical;
  const auto targets = choose_targets(fleet, request, canonical);
  if (!targets) return tl::unexpected(targets.error());
  if (targets->size() > room) {
    return refuse("busy", ErrorCode::ResourceExhausted,
                  "too many tasks are open; wait until some have ended");
  }
  std::vector<const config::Operation*> operations;
  for (const auto* node : *targets) {
    operations.push_back(operation_on(fleet, *node, request.operation));
  }
  auto arguments = request.arguments.is_null() ? json::object() : request.arguments;
  const auto versions = versions_on(operations, arguments);
  const auto* common = commonest(operations, versions);
  const bool dangerous = !request.check && any_dangerous(operations);
  auto refusal = check_operation(fleet, request, *targets, versions, common);
  if (!refusal) refusal = check_expected(request, dangerous, targets->size());
  if (refusal) return tl::unexpected(std::move(*refusal));

  JobPlan plan;
  plan.job =
      make_record(request, common == nullptr ? config::Operation{}.timeout : common->timeout,
                  pace_for(request.at_once, request.max_failed, dangerous, targets->size()), now);
  plan.job.selector = canonical;
  plan.job.targets = targets->size();
  plan.arguments = json::to_msgpack(arguments);
  plan.job.secrets = conceal(fleet, request.operation, versions, arguments);
  plan.job.arguments = arguments.dump(-1, ' ', false, json::error_handler_t::replace);
  if (plan.arguments.size() > kMaxArgumentsBytes) {
    return refuse("bad_arguments", ErrorCode::InvalidArgument,
                  "the arguments are larger than 512 KiB", "/arguments");
  }
  for (std::size_t i = 0; i < targets->size(); ++i) {
    plan.tasks.push_back(make_task(*(*targets)[i], operations[i], plan.job, versions));
  }
  plan.read_only = is_read_only(fleet, plan.job, plan.tasks);
  const bool all_final =
      std::all_of(plan.tasks.begin(), plan.tasks.end(),
                  [](const TaskRecord& task) { return wire::is_final(task.state); });
  if (all_final) plan.job.ended = now;
  return plan;
}

bool is_read_only(const Fleet& fleet, const JobRecord& job, const std::vector<TaskRecord>& tasks) {
  return std::all_of(tasks.begin(), tasks.end(), [&](const TaskRecord& task) {
    if (wire::is_final(task.state)) return true;
    const auto* node = fleet.find(task.node);
    const auto* operation = node == nullptr ? nullptr : operation_on(fleet, *node, job.operation);
    return operation != nullptr && operation->risk == config::Risk::Read;
  });
}

}  // namespace muster::controller
