/// Unpredictable bytes from the kernel, for keys, tokens and nonces. All functions are [any].
#pragma once

#include <muster/core/base/bytes.hpp>
#include <span>
#include <string>

namespace muster::crypto {

void fill_random(std::span<std::uint8_t> out);

[[nodiscard]] Bytes random_bytes(std::size_t count);

/// A new token's text: `count` random bytes as base64url without padding (32 bytes are 43
/// characters).
[[nodiscard]] std::string random_token(std::size_t count = 32);

}  // namespace muster::crypto
