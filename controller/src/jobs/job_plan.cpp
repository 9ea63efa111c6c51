#include "jobs/job_plan.hpp"

#include <algorithm>
#include <map>
#include <muster/core/crypto/hmac.hpp>
#include <muster/core/schema/schema.hpp>
#include <muster/core/selector/selector.hpp>
#include <nlohmann/json.hpp>

#include "jobs/job_targets.hpp"
#include "jobs/left_out.hpp"
#include "jobs/pace.hpp"
#include "jobs/selector_warnings.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

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

/// `arguments` is null where they are not to be looked at.
Versions versions_on(const std::vector<const config::Operation*>& operations,
                     const json* arguments) {
  Versions versions;
  for (const auto* operation : operations) {
    if (operation == nullptr) continue;
    auto& version = versions[operation];
    if (version.nodes++ == 0 && arguments != nullptr) {
      version.wrong = why_wrong(*operation, *arguments);
    }
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

bool any_changes(const std::vector<const config::Operation*>& operations) {
  return std::any_of(operations.begin(), operations.end(), [](const auto* operation) {
    return operation != nullptr && operation->risk != config::Risk::Read;
  });
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
                       request.unknown,
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
  job.unknown = request.unknown;
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

TaskRecord make_task(const Node& node, const std::optional<LeftOut>& end, const JobRecord& job) {
  TaskRecord task;
  task.id = TaskId::random();
  task.node = node.record.id;
  task.node_name = node.record.name;
  if (!end) return task;
  task.state = end->state;
  task.error = Error{end->code, end->why, end->field, false, {}};
  task.ended = job.created;
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

/// A request with what is known of its nodes.
struct Draft {
  std::string selector;  ///< in its one spelling
  std::vector<const Node*> targets;
  std::vector<const config::Operation*> operations;  ///< of each
  Versions versions;
  const config::Operation* common = nullptr;
  bool dangerous = false;
  bool changes = false;  ///< or may
};

/// `arguments` as in versions_on().
Planned<Draft> draft_of(const Fleet& fleet, const JobRequest& request, const json* arguments) {
  if (auto good = check_request(request); !good) {
    return tl::unexpected(JobRefusal{good.error(), "bad_request", {}});
  }
  Draft draft;
  auto targets = choose_targets(fleet, request, draft.selector);
  if (!targets) return tl::unexpected(targets.error());
  draft.targets = std::move(*targets);
  for (const auto* node : draft.targets) {
    draft.operations.push_back(operation_on(fleet, *node, request.operation));
  }
  draft.versions = versions_on(draft.operations, arguments);
  draft.common = commonest(draft.operations, draft.versions);
  draft.dangerous = !request.check && any_dangerous(draft.operations);
  draft.changes = !request.check && any_changes(draft.operations);
  return draft;
}

std::optional<LeftOut> left_out(const Fleet& fleet, const JobRequest& request, const Draft& draft,
                                std::size_t target) {
  const auto* operation = draft.operations[target];
  return left_out(fleet, *draft.targets[target], request, operation,
                  operation == nullptr ? std::nullopt : draft.versions.at(operation).wrong);
}

/// "12 nodes, 8 of which would be left out".
std::string nodes_text(const Fleet& fleet, const JobRequest& request, const Draft& draft) {
  const auto targets = draft.targets.size();
  std::size_t left = 0;
  for (std::size_t i = 0; i < targets; ++i) left += left_out(fleet, request, draft, i) ? 1 : 0;
  auto text = std::to_string(targets) + (targets == 1 ? " node" : " nodes");
  if (left > 0) text += ", " + std::to_string(left) + " of which would be left out";
  return text;
}

/// Who starts something dangerous on many nodes says how many they are, and is right.
std::optional<JobRefusal> check_expected(const Fleet& fleet, const JobRequest& request,
                                         const Draft& draft) {
  const auto targets = draft.targets.size();
  if (request.expect ? *request.expect == targets : !draft.dangerous || targets <= kFewNodes) {
    return std::nullopt;
  }
  const auto nodes = nodes_text(fleet, request, draft);
  if (request.expect) {
    return refuse("not_as_expected", ErrorCode::FailedPrecondition,
                  "it would be " + nodes + ", not " + std::to_string(*request.expect) +
                      "; nothing was run",
                  "/expect")
        .value();
  }
  return refuse("expect_needed", ErrorCode::FailedPrecondition,
                request.operation + " is dangerous and would run on " + nodes +
                    "; say that you expect that number")
      .value();
}

/// Whoever wants to be asked before something is changed where the selector may mean others.
std::optional<JobRefusal> check_warnings(const Fleet& fleet, const JobRequest& request,
                                         const Draft& draft) {
  if (!request.stop_at_warnings || !draft.changes) return std::nullopt;
  const auto selector = fleet.parse(request.selector);
  if (!selector || warnings_of_job(fleet, *selector, {}).empty()) return std::nullopt;
  return refuse("warned", ErrorCode::FailedPrecondition,
                request.operation + " would run on " + nodes_text(fleet, request, draft) +
                    ", and there are warnings about the selector")
      .value();
}

/// Why there is no job at all.
std::optional<JobRefusal> refusal_of(const Fleet& fleet, const JobRequest& request,
                                     const Draft& draft, std::size_t room) {
  if (draft.targets.size() > room) {
    return refuse("busy", ErrorCode::ResourceExhausted,
                  "too many tasks are open; wait until some have ended")
        .value();
  }
  auto refusal = check_operation(fleet, request, draft.targets, draft.versions, draft.common);
  if (!refusal) refusal = check_expected(fleet, request, draft);
  if (!refusal) refusal = check_warnings(fleet, request, draft);
  return refusal;
}

}  // namespace

tl::expected<JobPlan, JobRefusal> plan_job(const Fleet& fleet, const JobRequest& request,
                                           UnixMs now, std::size_t room) {
  auto arguments = request.arguments.is_null() ? json::object() : request.arguments;
  const auto draft = draft_of(fleet, request, &arguments);
  if (!draft) return tl::unexpected(draft.error());
  if (auto refusal = refusal_of(fleet, request, *draft, room)) {
    return tl::unexpected(std::move(*refusal));
  }
  const auto targets = draft->targets.size();
  JobPlan plan;
  plan.job = make_record(
      request, draft->common == nullptr ? config::Operation{}.timeout : draft->common->timeout,
      pace_for(request.at_once, request.max_failed, draft->dangerous, targets), now);
  plan.job.selector = draft->selector;
  plan.job.targets = targets;
  plan.arguments = json::to_msgpack(arguments);
  plan.job.secrets = conceal(fleet, request.operation, draft->versions, arguments);
  plan.job.arguments = arguments.dump(-1, ' ', false, json::error_handler_t::replace);
  if (plan.arguments.size() > kMaxArgumentsBytes) {
    return refuse("bad_arguments", ErrorCode::InvalidArgument,
                  "the arguments are larger than 512 KiB", "/arguments");
  }
  for (std::size_t i = 0; i < targets; ++i) {
    plan.tasks.push_back(
        make_task(*draft->targets[i], left_out(fleet, request, *draft, i), plan.job));
  }
  plan.read_only = is_read_only(fleet, plan.job, plan.tasks);
  const bool all_final =
      std::all_of(plan.tasks.begin(), plan.tasks.end(),
                  [](const TaskRecord& task) { return wire::is_final(task.state); });
  if (all_final) plan.job.ended = now;
  return plan;
}

JobForecast forecast_job(const Fleet& fleet, const JobRequest& request, std::size_t room) {
  JobForecast forecast;
  const auto draft = draft_of(fleet, request, nullptr);
  if (!draft) {
    forecast.refusal = draft.error();
    return forecast;
  }
  forecast.refusal = refusal_of(fleet, request, *draft, room);
  for (std::size_t i = 0; i < draft->targets.size(); ++i) {
    const auto* node = draft->targets[i];
    if (auto end = left_out(fleet, request, *draft, i)) {
      forecast.left_out.emplace_back(node, std::move(*end));
    } else {
      forecast.runs.push_back(node);
    }
  }
  return forecast;
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
