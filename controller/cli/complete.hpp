/// What could stand where the cursor is, for the completion of shells.
///
/// One Completer per question, one thread. It asks the controller through Names, for little and
/// twice at most; what cannot be had is left out without a word, because whatever is said would
/// land in the middle of somebody's prompt. What the fleet tells is the fleet's: names that would
/// not show as what they are, those with escape sequences for example, are left out; whoever prints
/// the others for a shell quotes them.
#pragma once

#include <string>
#include <vector>

#include "all_commands.hpp"
#include "complete_names.hpp"

namespace muster::cli {

class Completer {
 public:
  /// References must outlive it.
  Completer(const std::vector<Command>& commands, const Names& names);

  /// `words` are those after "muster" and before the one that is being typed, `typed` is what there
  /// is of that one.
  [[nodiscard]] Completion complete(const std::vector<std::string>& words,
                                    const std::string& typed) const;

 private:
  /// With the candidates as they were told.
  [[nodiscard]] Completion anywhere(const std::vector<std::string>& words,
                                    const std::string& typed) const;
  [[nodiscard]] Completion command_words(const std::vector<std::string>& words,
                                         const std::string& typed) const;
  [[nodiscard]] Completion in_command(const Command& command, const std::vector<std::string>& rest,
                                      const std::string& typed) const;
  /// Of the words that are neither options nor their values, `before` stand before it.
  [[nodiscard]] Completion word(const std::string& kind, const std::vector<std::string>& before,
                                const std::string& typed) const;
  [[nodiscard]] Completion page(const std::vector<std::string>& words,
                                const std::string& typed) const;
  [[nodiscard]] Completion value(const std::string& kind, const std::string& typed) const;

  const std::vector<Command>& commands_;
  const Names& names_;
};

}  // namespace muster::cli
