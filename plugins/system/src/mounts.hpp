/// File systems that are mounted, from /proc/self/mountinfo, and how full they are.
///
/// Of several mounts of one file system only the first counts, which is the whole one usually. File
/// systems of the network and those that mount when looked at are not asked how full they are: one
/// whose server is gone answers never.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::plugin::system {

inline constexpr std::size_t kMaxMounts = 500;

struct Mount {
  std::string path;
  std::string device;
  std::string type;
  bool read_only = false;
  bool is_remote = false;  ///< or mounts when looked at
};

struct Fill {
  std::int64_t size_bytes = 0;
  std::int64_t used_bytes = 0;
  std::int64_t available_bytes = 0;  ///< to those who are not root
  std::int64_t inodes = 0;           ///< 0 where there is no fixed number
  std::int64_t inodes_used = 0;
};

/// At most kMaxMounts. Pure.
[[nodiscard]] std::vector<Mount> parse_mounts(std::string_view mountinfo);

/// Nothing for one that holds nothing, as /proc, and for one that does not answer. Blocks.
[[nodiscard]] std::optional<Fill> fill_of(const std::string& path);

}  // namespace muster::plugin::system
