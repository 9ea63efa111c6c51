/// The connecting end of a unix socket.
#pragma once

#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/base/fd.hpp>

namespace muster::net {

/// A connected, non-blocking stream socket. Never waits. Errors: Unavailable while nobody listens
/// there; InvalidArgument for a path of more than 107 bytes; PermissionDenied.
[[nodiscard]] Result<UniqueFd> connect_unix(const std::filesystem::path& path);

}  // namespace muster::net
