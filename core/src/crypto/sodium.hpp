/// libsodium, set up. Every source of this folder that draws random bytes goes through here.
#pragma once

#include <sodium.h>

namespace muster::crypto {

/// Sets the library up, once. Ends the process when the machine has no source of random bytes:
/// nothing that is made without one could be trusted.
void ready_sodium();

}  // namespace muster::crypto
