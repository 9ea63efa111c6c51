/// A file of ours below /etc: made, changed and removed only while its first line says that it is.
///
/// Blocks for the disk; the caller sees to it that no two calls write at once.
#pragma once

#include <muster/sdk/error.hpp>
#include <optional>
#include <string>

#include "place.hpp"

namespace muster::plugin::system {

struct OwnedFile {
  Place place;
  std::optional<std::string> content;  ///< nothing when there is none
};

/// Errors: Conflict for a file whose first line is not `mark`, which ends with a line end.
[[nodiscard]] sdk::Result<OwnedFile> open_owned(const std::string& path, const std::string& mark);

[[nodiscard]] sdk::Status write_owned(const OwnedFile& file, const std::string& content);
[[nodiscard]] sdk::Status remove_owned(const OwnedFile& file);

}  // namespace muster::plugin::system
