/// system.reboot: a call that ends when the node is back.
///
/// It takes two attempts of one task. The first keeps the id of this start under the task's
/// idempotency key (muster.kv/1), asks for the reboot and never answers: the node goes down under
/// it, and the agent, which finds the task begun and not ended, makes it run again with the same
/// key. The second finds another id and is done. So `changed` is said only of a node that did start
/// again. Blocks until then, on a worker.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>
#include <muster/sdk/kv.hpp>

#include "node.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<RebootResult> reboot(const sdk::Call& call, const Node& node,
                                               const sdk::Kv& kv, const RebootArguments& arguments);

}  // namespace muster::plugin::system
