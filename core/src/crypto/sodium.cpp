#include "crypto/sodium.hpp"

#include <cstdlib>

namespace muster::crypto {

void ready_sodium() {
  static const bool ready = ::sodium_init() >= 0;
  if (!ready) std::abort();
}

}  // namespace muster::crypto
