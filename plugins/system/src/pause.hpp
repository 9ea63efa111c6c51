/// Waiting between two looks at something.
#pragma once

#include <chrono>
#include <muster/sdk/call.hpp>

namespace muster::plugin::system {

/// Blocks for `time`. False when the call was cancelled, or when its time is up before that; then
/// it does not wait.
[[nodiscard]] bool pause(const sdk::Call& call, std::chrono::milliseconds time);

}  // namespace muster::plugin::system
