/// The listening socket, made by us and not by the library so that its errors can be told.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <muster/core/base/error.hpp>
#include <muster/core/base/fd.hpp>
#include <string>

namespace muster::http {

struct Listener {
  UniqueFd fd;
  std::uint16_t port = 0;  ///< the one bound, also when the system chose it
};

/// Errors: Conflict when the port is taken, InvalidArgument when `address` is not an IP address of
/// this machine.
[[nodiscard]] Result<Listener> listen_on(const std::string& address, std::uint16_t port);

/// The IP address as text, an IPv4 address that came in through IPv6 as IPv4.
[[nodiscard]] std::string address_text(const sockaddr* address);

}  // namespace muster::http
