#include <muster/core/crypto/secret.hpp>
#include <utility>

#include "crypto/sodium.hpp"

namespace muster::crypto {

Secret::Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  if (!bytes_.empty()) ::sodium_memzero(bytes_.data(), bytes_.size());
}

}  // namespace muster::crypto
