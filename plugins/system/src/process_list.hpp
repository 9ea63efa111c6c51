/// What runs on the node, read from the /proc of a tree.
///
/// Blocks for three small files a process, on a worker. Stateless. A process that ends meanwhile is
/// left out. Command lines are what every user of the node can read.
#pragma once

#include <muster/sdk/answer.hpp>
#include <string>

#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<ProcessLsResult> list_processes(const std::string& root,
                                                          const ProcessLsArguments& arguments);

}  // namespace muster::plugin::system
