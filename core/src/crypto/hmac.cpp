#include <muster/core/crypto/hmac.hpp>

#include "crypto/sodium.hpp"

namespace muster::crypto {

Digest hmac_sha256(BytesView key, BytesView bytes) {
  crypto_auth_hmacsha256_state state;
  Digest digest{};
  ::crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  ::crypto_auth_hmacsha256_update(&state, bytes.data(), bytes.size());
  ::crypto_auth_hmacsha256_final(&state, digest.data());
  ::sodium_memzero(&state, sizeof state);
  return digest;
}

}  // namespace muster::crypto
