#include "fleet/event_source.hpp"

#include <algorithm>
#include <muster/core/config/reserved_ids.hpp>
#include <string>

namespace muster::controller {
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
  if (config::is_reserved_id(plugin)) {
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
