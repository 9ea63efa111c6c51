#include <muster/core/crypto/equal.hpp>

#include "crypto/sodium.hpp"

namespace muster::crypto {

bool equal_constant_time(BytesView left, BytesView right) {
  return left.size() == right.size() &&
         ::sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace muster::crypto
