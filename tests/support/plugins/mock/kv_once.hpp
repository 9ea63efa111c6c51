/// One question to muster.kv/1, as the operation mock.kv puts it.
#pragma once

#include <muster/sdk/kv.hpp>

#include "mock_plugin.hpp"

namespace muster::plugin::mock {

[[nodiscard]] KvResult ask_kv(const sdk::Kv& kv, const KvArguments& asked);

}  // namespace muster::plugin::mock
