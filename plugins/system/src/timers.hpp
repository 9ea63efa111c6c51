/// The operations on timers of systemd.
///
/// Each blocks for systemctl and for two small files, on a worker; present and absent must not run
/// at once with others that write.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>

#include "node.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<TimerLsResult> list_timers(const sdk::Call& call, const Node& node);
[[nodiscard]] sdk::Answer<TimerChange> make_timer(const sdk::Call& call, const Node& node,
                                                  const TimerPresentArguments& arguments);
[[nodiscard]] sdk::Answer<TimerChange> remove_timer(const sdk::Call& call, const Node& node,
                                                    const TimerAbsentArguments& arguments);

}  // namespace muster::plugin::system
