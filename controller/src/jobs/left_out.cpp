#include "jobs/left_out.hpp"

namespace muster::controller {
namespace {

/// The node may have the plugin, and in it no such operation.
std::string why_without(const Fleet& fleet, const Node& node, const std::string& operation) {
  const auto id = operation.substr(0, operation.rfind('.'));
  std::string why = "the node has no operation " + operation;
  for (const auto& plugin : node.record.plugins) {
    if (plugin.id != id) continue;
    const auto* manifest = fleet.manifest_of(node, plugin);
    if (manifest != nullptr && manifest->id == plugin.id) {
      return why + " in its version " + plugin.version + " of " + id;
    }
    const bool told = plugin.manifest == Digest{} && !plugin.reason.empty();
    return why + (told ? ": its file of " + id + " is " + plugin.state + ": " + plugin.reason
                       : ": it has not told yet what its " + id + " can do");
  }
  return why;
}

}  // namespace

bool never_connected(const Node& node) { return node.record.agent_version.empty(); }

bool is_away(const Node& node) {
  return node.presence == Presence::Offline || never_connected(node);
}

std::optional<LeftOut> left_out(const Fleet& fleet, const Node& node, const JobRequest& request,
                                const config::Operation* operation,
                                const std::optional<Error>& wrong) {
  if (node.record.drain && !request.drained) {
    return LeftOut{
        TaskState::Skipped, ErrorCode::FailedPrecondition, why_drained(*node.record.drain), {}};
  }
  if (is_away(node) && request.offline != OfflinePolicy::Queue) {
    const bool skip = request.offline == OfflinePolicy::Skip;
    return LeftOut{skip ? TaskState::Skipped : TaskState::Unreachable,
                   ErrorCode::Unavailable,
                   never_connected(node) ? "the node has not connected yet" : "the node is offline",
                   {}};
  }
  if (operation == nullptr) {
    return LeftOut{TaskState::Refused,
                   ErrorCode::Unsupported,
                   why_without(fleet, node, request.operation),
                   {}};
  }
  if (request.check && !operation->check) {
    return LeftOut{TaskState::Refused,
                   ErrorCode::Unsupported,
                   request.operation + " has no check mode in the node's version",
                   {}};
  }
  if (wrong) {
    return LeftOut{TaskState::Refused, ErrorCode::InvalidArgument,
                   "the node's version does not take these arguments: " + wrong->message,
                   wrong->field};
  }
  return std::nullopt;
}

std::string why_drained(const Drain& drain) {
  return "the node is drained" + (drain.reason.empty() ? std::string() : " (" + drain.reason + ")");
}

}  // namespace muster::controller
