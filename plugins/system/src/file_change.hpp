/// What put and edit have in common: a file, what it shall be, and the way from one to the other.
///
/// Blocks for the disk, on a worker; the caller sees to it that no two run at once.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>
#include <optional>
#include <string>

#include "file_replace.hpp"
#include "place.hpp"
#include "present_file.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

inline constexpr std::size_t kMaxEditedBytes = std::size_t{1} << 20U;

struct Change {
  const Place& place;
  const std::optional<PresentFile>& before;
  std::optional<std::string> content_before;  ///< nothing when it is too large to be held
  std::string content;
  Ownership ownership;
  bool backup = false;
  bool with_diff = true;  ///< in check mode
};

/// Does it, or in check mode says what it would do. What can be known to fail beforehand fails in
/// both, with the same sentence.
[[nodiscard]] sdk::Answer<FileChange> carry_out(const sdk::Call& call, const Change& change);

/// As the file has them; of a new file 0644 and the agent's own user and group.
[[nodiscard]] Ownership ownership_of(const std::optional<PresentFile>& before);

}  // namespace muster::plugin::system
