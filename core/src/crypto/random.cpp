#include <muster/core/crypto/base64url.hpp>
#include <muster/core/crypto/random.hpp>

#include "crypto/sodium.hpp"

namespace muster::crypto {

void fill_random(std::span<std::uint8_t> out) {
  ready_sodium();
  ::randombytes_buf(out.data(), out.size());
}

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count);
  fill_random(bytes);
  return bytes;
}

std::string random_token(std::size_t count) { return to_base64url(random_bytes(count)); }

}  // namespace muster::crypto
