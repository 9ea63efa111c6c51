/// The pages of commands as manual pages of section 1, for man(1).
///
/// Written with the man macros that groff and mandoc both know. Values only. The text is the same
/// at every build: no dates.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace muster::cli {

struct ManPage {
  std::string file;  ///< "muster-node-ls.1"
  std::string text;
};

/// One for each command, and muster.1, which lists them.
[[nodiscard]] std::vector<ManPage> man_pages(const std::vector<Command>& commands);

}  // namespace muster::cli
