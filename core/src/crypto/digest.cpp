#include <muster/core/crypto/digest.hpp>

#include "crypto/sodium.hpp"

namespace muster::crypto {
namespace {

static_assert(sizeof(crypto_hash_sha256_state) == 104 && alignof(crypto_hash_sha256_state) <= 8);

crypto_hash_sha256_state* as_state(std::array<std::byte, 104>& raw) {
  return reinterpret_cast<crypto_hash_sha256_state*>(raw.data());
}

}  // namespace

Digest sha256(BytesView bytes) {
  Digest digest{};
  ::crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return digest;
}

Sha256::Sha256() { ::crypto_hash_sha256_init(as_state(state_)); }

void Sha256::update(BytesView bytes) {
  ::crypto_hash_sha256_update(as_state(state_), bytes.data(), bytes.size());
}

Digest Sha256::finish() {
  Digest digest{};
  ::crypto_hash_sha256_final(as_state(state_), digest.data());
  ::crypto_hash_sha256_init(as_state(state_));
  return digest;
}

}  // namespace muster::crypto
