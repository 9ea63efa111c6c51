/// Whether a node may say an event of this type from this source. A node is not trusted: what its
/// plugins did not declare, and what only the controller says, is not its to say. [any]
#pragma once

#include <muster/core/base/error.hpp>
#include <muster/core/wire/messages.hpp>
#include <string_view>
#include <vector>

namespace muster::controller {

/// The source is PLUGIN or PLUGIN@INSTANCE, the plugin one of `plugins` and no reserved id, and
/// the type begins with PLUGIN and a dot. Errors: InvalidArgument with what is wrong.
[[nodiscard]] Status check_event_source(std::string_view type, std::string_view source,
                                        const std::vector<wire::PluginInfo>& plugins);

}  // namespace muster::controller
