/// Puts a file in the place of another in one step: who reads it sees the old one or the new one,
/// and after a crash of the node too.
///
/// Blocks for the disk. Calls for the same file must not run at once: the temporary file beside it,
/// .NAME.muster-new, has one name, so that the next call clears away what a crash left. Keeps
/// access lists, labels and `user.` attributes of the file before. Other hard links to that file
/// keep the old content.
#pragma once

#include <sys/types.h>

#include <muster/sdk/error.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "place.hpp"
#include "present_file.hpp"

namespace muster::plugin::system {

struct Ownership {
  mode_t mode = 0644;
  uid_t user = 0;
  gid_t group = 0;
};

/// What can be known before a file is put there, and so in check mode: the kernel's own file
/// systems (proc, sysfs ...) take no other file in a file's place, one that is mounted for reading
/// alone takes nothing, and a file that is mounted by itself stays. Errors: FailedPrecondition,
/// with the field /path.
[[nodiscard]] sdk::Status check_replaceable(const Place& place);

/// Errors: those of the disk. When it fails the old file is as it was.
[[nodiscard]] sdk::Status replace_file(const Place& place, std::string_view content,
                                       const Ownership& ownership, const PresentFile* before);

/// The same for a file that stays: owner first, because that takes special bits off the mode.
[[nodiscard]] sdk::Status set_ownership(int fd, const Place& place, const Ownership& ownership);

/// Gives the file a second name beside it, NAME.20260131T120000Z.bak, and returns its path. Errors:
/// those of the disk, also when it has no hard links.
[[nodiscard]] sdk::Result<std::string> keep_backup(const Place& place);

}  // namespace muster::plugin::system
