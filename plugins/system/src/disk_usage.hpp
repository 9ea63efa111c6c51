/// system.disk.usage: how full the disks are, and what in a folder is large.
///
/// Blocks for the disks, on a worker. Stateless.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>
#include <string>

#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<DiskUsageResult> disk_usage(const sdk::Call& call,
                                                      const std::string& root,
                                                      const DiskUsageArguments& arguments);

}  // namespace muster::plugin::system
