/// Comparison of secrets in a time that does not depend on where they differ.
#pragma once

#include <muster/core/base/bytes.hpp>

namespace muster::crypto {

/// True when both have the same length and bytes. The length itself is not hidden.
[[nodiscard]] bool equal_constant_time(BytesView left, BytesView right);

}  // namespace muster::crypto
