/// What a node sent as msgpack, as JSON. A node is not trusted: neither depth nor size nor bytes
/// that are no text may hurt whoever reads the value. [any]
#pragma once

#include <muster/core/base/bytes.hpp>
#include <nlohmann/json_fwd.hpp>

namespace muster::controller {

inline constexpr int kMaxNodeValueDepth = 32;

/// Null for bytes that are no single msgpack value, and for one that is nested deeper than
/// kMaxNodeValueDepth. Strings may hold bytes that are no UTF-8; dump() them with `replace`.
[[nodiscard]] nlohmann::json json_from_node(BytesView msgpack);

}  // namespace muster::controller
