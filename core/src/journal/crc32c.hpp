/// CRC-32C (Castagnoli, reflected 0x82F63B78), as in iSCSI (RFC 3720, appendix B.4).
#pragma once

#include <muster/core/base/bytes.hpp>

namespace muster::journal {

/// The sum of `data` after what `before` sums; 0 to begin with. [any]
[[nodiscard]] std::uint32_t crc32c(BytesView data, std::uint32_t before = 0);

}  // namespace muster::journal
