#include "fleet/event_source.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace muster::controller {
namespace {

// The ids that config::parse_manifest() refuses: what a node says of its plugins is not checked
// against their manifests.
constexpr std::array<std::string_view, 13> kReserved{
    "controller", "events",   "fleet",   "gateway", "incident", "job",     "muster",
    "node",       "operator", "profile", "rollout", "task",     "workflow"};

}  // namespace

bool is_reserved_event_word(std::string_view word) {
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

Status check_event_source(std::string_view type, std::string_view source,
                          const std::vector<wire::PluginInfo>& plugins) {
  const auto at = source.find('@');
  const auto plugin = source.substr(0, at);
  if (at != std::string_view::npos) {
    const auto instance = source.substr(at + 1);
    if (instance.empty() || instance.find('@') != std::string_view::npos) {
      return fail(ErrorCode::InvalidArgument, "its source is no PLUGIN or PLUGIN@INSTANCE");
    }
  }
  if (is_reserved_event_word(plugin)) {
    return fail(ErrorCode::InvalidArgument, "its plugin has a name that is the controller's own");
  }
  const bool known = std::any_of(plugins.begin(), plugins.end(),
                                 [&](const auto& info) { return info.id == plugin; });
  if (!known) return fail(ErrorCode::InvalidArgument, "the node has no plugin of its source");
  if (!type.starts_with(std::string(plugin) + ".")) {
    return fail(ErrorCode::InvalidArgument, "its type does not begin with its plugin's id");
  }
  return {};
}

}  // namespace muster::controller
