/// What the running kernel offers of what keeps plugins apart. Asks the kernel itself; changes
/// nothing. [any]
#pragma once

#include <muster/core/doctor/check.hpp>

namespace muster::agent {

[[nodiscard]] doctor::Checks check_kernel();

}  // namespace muster::agent
