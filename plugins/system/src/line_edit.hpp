/// Edits of a text line by line: one line that shall or shall not be there, a block between two
/// marks. Pure.
///
/// Regular expressions are RE2's, which take time in proportion to the text whatever they are, with
/// a limit on what they may grow to. They are looked for in each line alone. Line ends stay as they
/// are; new lines end as the first does, with LF or CR LF.
#pragma once

#include <muster/sdk/error.hpp>
#include <optional>
#include <string>

namespace muster::plugin::system {

/// Where a line or block goes that is not there yet; without either at the end.
struct Anchor {
  std::optional<std::string> after;   ///< behind the last line that matches
  std::optional<std::string> before;  ///< in front of the first line that matches
};

struct LineEdit {
  bool present = true;
  std::optional<std::string> line;
  std::optional<std::string> match;  ///< the line that it replaces, or the lines that go
  Anchor anchor;
};

struct BlockEdit {
  bool present = true;
  std::string begin;
  std::string end;
  std::string block;
  Anchor anchor;
};

/// The text as it shall be, which may be what it is. Errors: InvalidArgument for a bad expression,
/// with /match, /after or /before as the field; FailedPrecondition when no line matches the anchor,
/// and for a block that has no end or is there twice.
[[nodiscard]] sdk::Result<std::string> edit_line(const std::string& text, const LineEdit& edit);
[[nodiscard]] sdk::Result<std::string> edit_block(const std::string& text, const BlockEdit& edit);

}  // namespace muster::plugin::system
