/// Where a file is: an open folder and a name in it, found without being led astray.
///
/// Everything is done relative to the open folder, so that nobody who may write to a folder on the
/// way can put a link there between the look and the deed. Blocks for look-ups; [any], stateless.
#pragma once

#include <muster/sdk/descriptor.hpp>
#include <muster/sdk/error.hpp>
#include <string>

namespace muster::plugin::system {

enum class Follow : bool { No, Yes };

struct Place {
  sdk::Descriptor folder;  ///< O_PATH
  std::string name;        ///< in the folder; "." for the root
  std::string path;        ///< as it was asked for, for sentences
};

/// Finds the folder of `path`, whose last part need not exist. Links on the way are followed when
/// root or the agent's own user made them, and with Follow::Yes all, also one that is the last
/// part. Without it a last part that is a link is the place itself. Errors: InvalidArgument for a
/// path that is not absolute, has a NUL, `.` or `..` in it; NotFound for a folder that is not
/// there; PermissionDenied for another user's link; FailedPrecondition for more than 40 links. The
/// field is always /path.
[[nodiscard]] sdk::Result<Place> find_place(const std::string& path, Follow follow);

}  // namespace muster::plugin::system
