/// A regular file as it is: what the kernel says of it, and its bytes.
///
/// Opens nothing but regular files, because opening a device can do something (a watchdog starts).
/// Blocks for the disk; [any], stateless.
#pragma once

#include <sys/stat.h>

#include <muster/sdk/descriptor.hpp>
#include <muster/sdk/error.hpp>
#include <optional>
#include <string>

#include "place.hpp"

namespace muster::plugin::system {

struct PresentFile {
  sdk::Descriptor fd;  ///< for reading
  struct stat facts {};
};

/// "a folder", "a symbolic link", "a fifo" ...
[[nodiscard]] std::string kind_of(mode_t mode);

/// Nothing when there is none. Errors: FailedPrecondition for what is no regular file, others for
/// what cannot be opened; the field is /path.
[[nodiscard]] sdk::Result<std::optional<PresentFile>> open_file(const Place& place);

/// Its bytes from `offset` on, at most `max_bytes`. Errors: those of the disk.
[[nodiscard]] sdk::Result<std::string> read_part(const PresentFile& file, const Place& place,
                                                 std::int64_t offset, std::size_t max_bytes);

}  // namespace muster::plugin::system
