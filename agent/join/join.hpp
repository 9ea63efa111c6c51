/// Makes this node a member of a fleet: one exchange over HTTPS, one file written.
///
/// Runs in a short-lived program. Before all of it has succeeded nothing of it is on disk but the
/// secret keys, which are made here and never leave the node: a join whose answer was lost is
/// repeated with them, and the controller answers the same. Blocks.
#pragma once

#include <filesystem>
#include <muster/core/base/error.hpp>
#include <string>

#include "identity/identity.hpp"

namespace muster::agent {

struct JoinRequest {
  std::string token;  ///< the line; spaces around it are ignored
  std::filesystem::path state;
  std::string name;  ///< as the fleet will know this node
  std::string machine_id;
};

/// Errors: Conflict when the node joined before; InvalidArgument for a malformed token or name;
/// Unavailable when nobody answers; PermissionDenied with the controller's own sentence;
/// Unauthenticated when the controller is not the one that made the token.
[[nodiscard]] Result<Identity> join(const JoinRequest& request);

}  // namespace muster::agent
