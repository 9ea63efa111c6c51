/// Which process runs as the agent of a state directory, by the lock that it holds. Only looks: to
/// try the lock could keep an agent that starts at that moment from its work. [any]
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace muster::agent {

/// The processes with an exclusive flock(2) on a file of this inode number, in the text of
/// /proc/locks (proc(5)). Its device is not compared: some file systems name another one there.
[[nodiscard]] std::vector<pid_t> lock_holders(std::string_view locks, ino_t inode);

/// Nothing when no agent runs, or none that this process may look at.
[[nodiscard]] std::optional<pid_t> running_agent(const std::filesystem::path& state);

}  // namespace muster::agent
