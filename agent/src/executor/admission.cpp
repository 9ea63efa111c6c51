#include "executor/admission.hpp"

#include <msgpack.hpp>
#include <muster/core/wire/limits.hpp>
#include <nlohmann/json.hpp>

namespace muster::agent {
namespace {

using nlohmann::json;

/// Whether it is one msgpack value that is not nested too deeply. The reader of JSON values has no
/// limit of its own and recurses.
bool is_readable(const Bytes& value) {
  const auto most = value.size();
  try {
    static_cast<void>(
        msgpack::unpack(reinterpret_cast<const char*>(value.data()), value.size(), nullptr, nullptr,
                        msgpack::unpack_limit(most, most, most, most, most, schema::kMaxDepth)));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

Result<Bytes> fill_arguments(const config::Operation& operation, const Bytes& arguments) {
  auto value = json::object();
  if (!arguments.empty()) {
    value = is_readable(arguments) ? json::from_msgpack(arguments, true, false)
                                   : json(json::value_t::discarded);
    if (value.is_discarded()) {
      return fail(ErrorCode::InvalidArgument, "the arguments of " + operation.name +
                                                  " are not valid msgpack, or nested too deeply");
    }
  }
  operation.arguments.fill_defaults(value);
  if (auto valid =
          schema::require_valid(operation.arguments, value, "the arguments of " + operation.name);
      !valid) {
    return tl::unexpected(valid.error());
  }
  auto filled = json::to_msgpack(value);
  if (filled.size() > wire::kMaxTaskSpec) {
    return fail(ErrorCode::ResourceExhausted,
                "with their defaults the arguments of " + operation.name + " have " +
                    std::to_string(filled.size()) + " bytes; the limit is " +
                    std::to_string(wire::kMaxTaskSpec));
  }
  return filled;
}

Status check_origin(const wire::Task& task, const wire::TaskSpec& spec, const AdmissionRules& rules,
                    std::uint64_t highest_epoch, std::int64_t now_ms) {
  if (spec.node != rules.node) {
    return fail(ErrorCode::PermissionDenied, "this task is for node " + spec.node.text() +
                                                 " and this is node " + rules.node.text());
  }
  if (task.signature &&
      !crypto::verify(rules.signing_key, wire::signed_part(task.spec), *task.signature)) {
    return fail(ErrorCode::Unauthenticated,
                "this task is not signed by the controller that this node joined");
  }
  if (spec.epoch < highest_epoch) {
    return fail(ErrorCode::FailedPrecondition,
                "this task comes from a controller that was replaced: its epoch is " +
                    std::to_string(spec.epoch) + " and this node has seen " +
                    std::to_string(highest_epoch));
  }
  if (now_ms > spec.not_after_ms) {
    return fail(ErrorCode::Timeout, "this task came after its latest start");
  }
  return {};
}

}  // namespace

Result<Admitted> check_operation(const wire::TaskSpec& spec, const AdmissionRules& rules,
                                 const Catalog& catalog) {
  const auto found = catalog.find(spec.operation);
  if (!found) return tl::unexpected(found.error());
  const config::Operation& operation = *found->operation;
  if (operation.risk == config::Risk::Dangerous && !rules.dev_trust) {
    return fail(ErrorCode::PermissionDenied,
                "operation " + operation.name +
                    " is dangerous and this node has no operator keys yet; start the agent with "
                    "--dev-trust to allow it on a machine for trying things out");
  }
  if (spec.check_mode() && !operation.check) {
    return fail(ErrorCode::Unsupported,
                "operation " + operation.name + " has no check mode; run it without --check");
  }
  if (!spec.instance.empty()) {
    return fail(ErrorCode::NotFound, "plugin " + found->plugin + " has no instance " +
                                         spec.instance +
                                         " on this node; run it without an instance's name");
  }
  auto arguments = fill_arguments(operation, spec.arguments);
  if (!arguments) return tl::unexpected(arguments.error());
  Admitted admitted{spec, found->plugin, operation.risk, operation.idempotent,
                    operation.cancellable};
  admitted.spec.arguments = std::move(*arguments);
  if (admitted.spec.timeout.count() <= 0) admitted.spec.timeout = operation.timeout;
  return admitted;
}

Result<Admitted> admit(const wire::Task& task, const wire::TaskSpec& spec,
                       const AdmissionRules& rules, const Catalog& catalog,
                       std::uint64_t highest_epoch, std::int64_t now_ms) {
  if (auto origin = check_origin(task, spec, rules, highest_epoch, now_ms); !origin) {
    return tl::unexpected(origin.error());
  }
  auto admitted = check_operation(spec, rules, catalog);
  // What only reads has the session's word, which the same key stands behind, and leaves no record.
  if (admitted && admitted->risk != config::Risk::Read && !task.signature) {
    return fail(ErrorCode::Unauthenticated,
                "operation " + spec.operation +
                    " may change something on this node, and the controller took it for one that "
                    "only reads and did not sign it; run it again when `muster plugin show " +
                    admitted->plugin + "` shows this node's version");
  }
  return admitted;
}

}  // namespace muster::agent
