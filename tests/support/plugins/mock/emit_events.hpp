/// What the operation mock.emit says has happened.
#pragma once

#include <muster/sdk/events.hpp>

#include "mock_plugin.hpp"

namespace muster::plugin::mock {

[[nodiscard]] EmitResult emit_events(const sdk::Events& events, const EmitArguments& told);

}  // namespace muster::plugin::mock
