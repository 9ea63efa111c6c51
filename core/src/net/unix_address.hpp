/// A path as the address of a unix socket. Private to core/net and its tests.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <muster/core/base/error.hpp>

namespace muster::net {

/// Errors: InvalidArgument for a path of more than 107 bytes.
[[nodiscard]] Result<sockaddr_un> unix_address(const std::filesystem::path& path);

[[nodiscard]] inline const sockaddr* as_sockaddr(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace muster::net
