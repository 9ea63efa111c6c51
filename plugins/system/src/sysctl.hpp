/// Settings of the kernel below /proc/sys, now and after the next start.
///
/// Blocks for small files. sysctl_set() must not run at once with itself: it edits a file.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>

#include "node.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<SysctlGetResult> sysctl_get(const Node& node,
                                                      const SysctlGetArguments& arguments);
[[nodiscard]] sdk::Answer<SysctlSetResult> sysctl_set(const sdk::Call& call, const Node& node,
                                                      const SysctlSetArguments& arguments);

}  // namespace muster::plugin::system
