/// A command line as bash has it while it is being typed, and what to put in place of its end.
///
/// Values only. bash itself would give its words in pieces, split at every = and :, so the line is
/// read here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::cli {

struct BashLine {
  std::vector<std::string> words;  ///< those that are whole, without their quotes
  std::string typed;               ///< what there is of the last one, without its quote
  char quote = '\0';               ///< ' or " that is still open
  std::size_t kept = 0;            ///< bytes of `typed` that stay: bash replaces what follows
};

/// `line` goes up to the cursor; `breaks` are COMP_WORDBREAKS.
[[nodiscard]] BashLine read_bash_line(std::string_view line, std::string_view breaks);

/// What bash is to insert so that the last word becomes `text`, a printable line, every character
/// of it as itself: it may come from a stranger. Nothing for one that cannot be written inside the
/// open quote.
[[nodiscard]] std::optional<std::string> bash_insert(const BashLine& line, const std::string& text);

}  // namespace muster::cli
