#include "jobs/job_plan.hpp"

#include <algorithm>
#include <map>
#include <muster/core/schema/schema.hpp>
#include <muster/core/selector/selector.hpp>
#include <nlohmann/json.hpp>

#include "jobs/selector_warnings.hpp"
#include "near_name.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

template <class T>
using Planned = tl::expected<T, JobRefusal>;

tl::unexpected<JobRefusal> refuse(std::string reason, ErrorCode code, std::string sentence,
                                  std::string field = {}) {
  return tl::unexpected(
      JobRefusal{{code, std::move(sentence), std::move(field), false, {}}, std::move(reason), {}});
}

std::string why_nothing_matched(const Fleet& fleet, const selector::Selector& selector,
                                std::size_t unknown) {
  if (const auto warnings = warnings_of(fleet, selector, 0); !warnings.empty()) {
    return warnings.front();
  }
  if (fleet.nodes().empty()) return "the fleet has no nodes yet; let one join with a token";
  std::string sentence = "no node matches " + selector.text();
  if (unknown > 0) {
    sentence += "; " + std::to_string(unknown) + " have not told a fact that it asks for";
  }
  return sentence;
}

Planned<std::vector<const Node*>> choose_targets(const Fleet& fleet, const JobRequest& request,
                                                 std::string& canonical) {
  selector::SyntaxError where;
  const auto selector = fleet.parse(request.selector, &where);
  if (!selector) {
    // Too long or too deep is no better for being asked again, whatever the parser calls it.
    auto refusal = refuse("selector_syntax", ErrorCode::InvalidArgument, selector.error().message);
    if (!where.sentence.empty()) refusal.value().error.message = where.sentence;
    refusal.value().position = where.caret;
    return refusal;
  }
  canonical = selector->text();
  auto selection = fleet.select(*selector);
  if (!selection) {
    return refuse("selector_syntax", ErrorCode::InvalidArgument, selection.error().message);
  }
  if (selection->matched.empty()) {
    return refuse("matched_nothing", ErrorCode::NotFound,
                  why_nothing_matched(fleet, *selector, selection->unknown.size()));
  }
  if (request.limit) keep_sample(selection->matched, *request.limit, request.seed);
  return std::move(selection->matched);
}

/// What one node would run: the operation as its version of the plugin declares it.
const config::Operation* operation_on(const Fleet& fleet, const Node& node,
                                      const std::string& name) {
  for (const auto& plugin : node.record.plugins) {
    if (!name.starts_with(plugin.id)) continue;
    const auto* manifest = fleet.manifest(plugin.manifest);
    // A manifest speaks for the plugin that it names, whatever the node calls it.
    if (manifest == nullptr || manifest->id != plugin.id) continue;
    if (const auto* operation = manifest->find_operation(name)) return operation;
  }
  return nullptr;
}

JobRefusal unknown_operation(const Fleet& fleet, const std::string& name) {
  const auto plugin_id = name.substr(0, name.rfind('.'));
  std::vector<std::string> all;
  std::vector<std::string> of_plugin;
  bool untold = false;
  bool elsewhere = false;
  std::string rejected;
  for (const auto& plugin : fleet.plugins()) {
    if (plugin.manifest == nullptr) {
      untold = untold || plugin.digest != Digest{};
      if (plugin.id == plugin_id && !plugin.reasons.empty()) {
        rejected = plugin.reasons.begin()->first;
      }
      continue;
    }
    if (plugin.manifest->id != plugin.id) continue;
    elsewhere = elsewhere || plugin.manifest->find_operation(name) != nullptr;
    for (const auto& operation : plugin.manifest->operations) {
      all.push_back(operation.name);
      if (plugin.id == plugin_id) of_plugin.push_back(operation.name);
    }
  }
  std::string sentence = elsewhere ? "none of the nodes that match has an operation " + name
                                   : "no node has an operation " + name + did_you_mean(name, all);
  if (!elsewhere && !of_plugin.empty()) {
    std::sort(of_plugin.begin(), of_plugin.end());
    of_plugin.erase(std::unique(of_plugin.begin(), of_plugin.end()), of_plugin.end());
    sentence += (sentence.back() == '?' ? " The plugin " : "; the plugin ") + plugin_id + " has";
    for (const auto& operation : of_plugin) sentence += " " + operation;
  }
  if (!rejected.empty()) sentence += "; the file of plugin " + plugin_id + " is " + rejected;
  if (untold) sentence += "; some nodes have not told yet what their plugins can do";
  return refuse("unknown_operation", ErrorCode::InvalidArgument, sentence, "/operation").value();
}

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

}  // namespace

Digest digest_of(const JobRequest& request) {
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
                       request.limit ? request.limit->number : 0,
                       request.limit && request.limit->percent,
                       request.seed};
  return crypto::sha256(as_bytes(canonical.dump(-1, ' ', false, json::error_handler_t::replace)));
}

namespace {

JobRecord make_record(const JobRequest& request, std::chrono::milliseconds timeout, UnixMs now) {
  JobRecord job;
  job.id = JobId::random();
  job.operation = request.operation;
  job.instance = request.instance;
  job.timeout_ms = request.timeout.value_or(timeout).count();
  const auto window = request.offline == OfflinePolicy::Queue
                          ? std::chrono::milliseconds(kDefaultQueueWindow)
                          : std::chrono::milliseconds(kDefaultStartWindow);
  job.not_after = now + request.start_within.value_or(window).count();
  job.offline = request.offline;
  job.check = request.check;
  job.drained = request.drained;
  if (request.limit) {
    job.limit = std::to_string(request.limit->number) + (request.limit->percent ? "%" : "");
    job.seed = request.seed;
  }
  job.output_cap = request.output_cap.value_or(kDefaultOutputCap);
  job.requested_by = request.requested_by;
  job.idempotency_key = request.idempotency_key;
  job.request_digest = digest_of(request);
  job.created = now;
  return job;
}

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
    const auto& reason = node.record.drain->reason;
    end_at_creation(task, TaskState::Skipped, ErrorCode::FailedPrecondition,
                    node.record.name + " is drained" + (reason.empty() ? "" : " (" + reason + ")"),
                    job.created);
  } else if (is_away(node) && job.offline != OfflinePolicy::Queue) {
    const bool skip = job.offline == OfflinePolicy::Skip;
    end_at_creation(
        task, skip ? TaskState::Skipped : TaskState::Unreachable, ErrorCode::Unavailable,
        node.record.name + (never_connected(node) ? " has not connected yet" : " is offline"),
        job.created);
  } else if (operation == nullptr) {
    end_at_creation(task, TaskState::Refused, ErrorCode::Unsupported,
                    node.record.name + " has no operation " + job.operation, job.created);
  } else if (job.check && !operation->check) {
    end_at_creation(task, TaskState::Refused, ErrorCode::Unsupported,
                    job.operation + " on " + node.record.name + " has no check mode", job.created);
  } else if (const auto& wrong = versions.at(operation).wrong) {
    end_at_creation(
        task, TaskState::Refused, ErrorCode::InvalidArgument,
        "the version on " + node.record.name + " does not take these arguments: " + wrong->message,
        job.created);
    task.error->field = wrong->field;
  }
  return task;
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
  const auto arguments = request.arguments.is_null() ? json::object() : request.arguments;
  const auto versions = versions_on(operations, arguments);
  const auto* common = commonest(operations, versions);
  if (common == nullptr && !only_leaves_out(fleet, *targets, request)) {
    return tl::unexpected(unknown_operation(fleet, request.operation));
  }
  if (common != nullptr) {
    if (auto refusal = check_versions(versions, *common, request)) {
      return tl::unexpected(std::move(*refusal));
    }
  }

  JobPlan plan;
  plan.job =
      make_record(request, common == nullptr ? config::Operation{}.timeout : common->timeout, now);
  plan.job.selector = canonical;
  plan.job.arguments = arguments.dump(-1, ' ', false, json::error_handler_t::replace);
  plan.job.targets = targets->size();
  plan.arguments = json::to_msgpack(arguments);
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
