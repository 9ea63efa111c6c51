/// The one list of the tool's commands, and how words find theirs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "command.hpp"

namespace muster::cli {

[[nodiscard]] std::vector<Command> all_commands();

/// The command whose words begin `words`, the longest first, and the number of words it took; null
/// and 0 when there is none.
[[nodiscard]] std::pair<const Command*, std::size_t> find_command(
    const std::vector<Command>& commands, const std::vector<std::string>& words);

/// Those whose words begin with `words`, such as all of `node`; all of them for no words.
[[nodiscard]] std::vector<Command> family_of(const std::vector<Command>& commands,
                                             const std::vector<std::string>& words);

/// What to say of words that name no command: the commands that begin alike, or how to list all.
[[nodiscard]] Failure no_such_command(const std::vector<Command>& commands,
                                      const std::vector<std::string>& words);

}  // namespace muster::cli
