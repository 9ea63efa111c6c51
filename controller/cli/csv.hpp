/// Lines of comma-separated values (RFC 4180), for spreadsheets.
#pragma once

#include <string>
#include <vector>

namespace muster::cli {

/// With its CRLF. A cell with a comma, a quote, a line break or a space at its edge is quoted.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

/// Text that others wrote: with an apostrophe before it where it begins with = + - @, a tab or a
/// line break, for which a spreadsheet takes it as a formula and runs it. That is no longer the
/// same text; whoever needs that takes JSON.
[[nodiscard]] std::string no_formula(std::string text);

}  // namespace muster::cli
