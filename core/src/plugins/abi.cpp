#include <muster/plugin.h>

#include <muster/core/plugins/plugin_file.hpp>
#include <string>

namespace muster::plugins {

Status check_abi(std::uint64_t major, std::uint64_t minor) {
  if (major != MUSTER_ABI_MAJOR) {
    return fail(ErrorCode::Unsupported,
                "it was built for ABI " + std::to_string(major) + ", this agent speaks ABI " +
                    std::to_string(MUSTER_ABI_MAJOR) +
                    (major > MUSTER_ABI_MAJOR ? "; upgrade the agent"
                                              : "; install a newer build of the plugin"));
  }
  if (minor > MUSTER_ABI_MINOR) {
    return fail(ErrorCode::Unsupported,
                "it needs ABI " + std::to_string(major) + "." + std::to_string(minor) +
                    ", this agent speaks " + std::to_string(MUSTER_ABI_MAJOR) + "." +
                    std::to_string(MUSTER_ABI_MINOR) + "; upgrade the agent");
  }
  return {};
}

}  // namespace muster::plugins
