/// Which addresses a webhook may be sent to; webhooks.md has the table. Pure; [any].
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace muster::controller {

enum class AddressKind : std::uint8_t {
  Public,
  Private,    ///< of this machine or an organisation's own network
  Forbidden,  ///< where nothing that an operator means listens, or that gives out credentials
};

/// IPv4 inside IPv6 counts as the IPv4 address; what is neither family is Forbidden.
[[nodiscard]] AddressKind kind_of(const sockaddr& address);

struct AddressRule {
  bool allow_private = false;
  bool plain = false;  ///< without TLS: to private addresses only
};

/// Why this address is not to be connected to; "" when it may be.
[[nodiscard]] std::string refusal_of(const sockaddr& address, const AddressRule& rule);

}  // namespace muster::controller
