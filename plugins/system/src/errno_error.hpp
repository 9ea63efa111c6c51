/// An error from errno: what was tried, and the kernel's reason behind it. [any]
#pragma once

#include <muster/sdk/error.hpp>
#include <string>

namespace muster::plugin::system {

/// "cannot open /etc/x: Permission denied". `number` is an errno.
[[nodiscard]] tl::unexpected<sdk::Error> errno_error(const std::string& what, int number,
                                                     std::string field = {});

}  // namespace muster::plugin::system
