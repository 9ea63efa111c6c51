/// The operations on services, and on whatever else is a unit of systemd.
///
/// Each blocks for systemctl, on a worker. Stateless.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>
#include <optional>
#include <string>

#include "node.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

enum class ServiceAction : std::uint8_t { Start, Stop, Restart, Reload, Enable, Disable };

[[nodiscard]] sdk::Answer<Service> service_status(const sdk::Call& call, const Node& node,
                                                  const ServiceName& arguments);

/// Does nothing when it is so already, except for restart and reload, which are always done.
[[nodiscard]] sdk::Answer<Service> change_service(const sdk::Call& call, const Node& node,
                                                  ServiceAction action, const std::string& name,
                                                  std::optional<std::int64_t> settle_ms = {});

}  // namespace muster::plugin::system
