/// The way to the agents, through whatever gateways there are. net::GatewayServer stands behind it
/// in the program, a scripted link in tests. [loop]
#pragma once

#include <cstdint>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <span>

namespace muster::controller {

using GatewayId = std::uint64_t;

class AgentLink {
 public:
  virtual ~AgentLink() = default;

  /// One frame to one route. Errors: Unavailable while there is no room (Fleet::on_writable
  /// follows); NotFound when the gateway is gone. In both cases nothing was sent.
  [[nodiscard]] virtual Status send(GatewayId gateway, BytesView route, BytesView payload) = 0;
  virtual void allow(GatewayId gateway, std::span<const wire::TransportKey> keys, bool replace) = 0;
  virtual void revoke(std::span<const wire::TransportKey> keys) = 0;
  virtual void admit(GatewayId gateway, std::uint32_t sessions_per_second) = 0;
};

}  // namespace muster::controller
