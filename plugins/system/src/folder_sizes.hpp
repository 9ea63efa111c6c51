/// How much the entries of a folder hold, each with all that is below it.
///
/// Counts what is allocated on the disk, a file with several names once. Stays on the folder's file
/// system and follows no link. Blocks for as many look-ups as there are files below, up to a limit;
/// stops early when told. [any], stateless.
#pragma once

#include <cstdint>
#include <functional>
#include <muster/sdk/error.hpp>
#include <string>
#include <vector>

#include "place.hpp"

namespace muster::plugin::system {

inline constexpr int kMaxFolderDepth = 200;  // of descriptors open at once, too

struct FolderEntry {
  std::string name;
  std::int64_t bytes = 0;
  std::int64_t entries = 0;  ///< itself and all below
};

struct FolderSizes {
  std::vector<FolderEntry> largest;  ///< the largest first
  std::int64_t bytes = 0;            ///< of all entries
  std::int64_t entries = 0;
  bool complete = true;  ///< false: stopped, at the limit, too deep, or something was not readable
};

struct SizeLimits {
  std::size_t largest = 20;
  std::int64_t entries = 1'000'000;
};

/// Errors: those of opening the folder itself; the field is /path.
[[nodiscard]] sdk::Result<FolderSizes> measure_folder(const Place& place, const SizeLimits& limits,
                                                      const std::function<bool()>& should_stop);

}  // namespace muster::plugin::system
