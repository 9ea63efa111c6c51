/// Runs one program for a call: its output becomes the call's, its end the answer.
///
/// Blocks, on a worker; any number at once. Stateless.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>

#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<End> execute(const sdk::Call& call, const ExecArguments& arguments);

}  // namespace muster::plugin::system
