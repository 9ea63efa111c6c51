/// Whether the node is a container, by what its maker left in its tree. Blocks for small files.
#pragma once

#include <optional>
#include <string>

namespace muster::plugin::system {

/// "docker", "podman", "lxc" ...; nothing outside of one.
[[nodiscard]] std::optional<std::string> container_kind(const std::string& root);

}  // namespace muster::plugin::system
