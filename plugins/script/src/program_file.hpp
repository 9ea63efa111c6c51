/// Which files may be run: those that nobody but root and the agent's own user can change.
///
/// Looked at before each run, because a file may change at any time. Stateless; every function is
/// [any] and reads the file system.
#pragma once

#include <muster/sdk/error.hpp>
#include <string>

namespace muster::plugin::script {

/// The full path that `path` stands for, without links, when only root and this process's user can
/// change it and every folder and link on the way; a folder in which everybody may only add (as
/// /tmp) will do. Errors: PermissionDenied, NotFound.
[[nodiscard]] sdk::Result<std::string> real_path_of_ours(const std::string& path);

/// The path to execute for a program that a manifest names, "./NAME" in `folder` or a full path.
/// Errors: NotFound; PermissionDenied for one that others can change, that is no executable file,
/// or that leads out of the folder.
[[nodiscard]] sdk::Result<std::string> program_path(const std::string& folder,
                                                    const std::string& program);

}  // namespace muster::plugin::script
