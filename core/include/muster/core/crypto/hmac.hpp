/// HMAC-SHA256 (RFC 2104), for what others verify with a secret that both know. [any]
#pragma once

#include <muster/core/crypto/digest.hpp>

namespace muster::crypto {

[[nodiscard]] Digest hmac_sha256(BytesView key, BytesView bytes);

}  // namespace muster::crypto
