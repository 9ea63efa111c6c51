/// What people see: tables, colours where a terminal is, text that cannot take the terminal over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster::cli {

enum class Colour { Plain, Dim, Green, Yellow, Red };

/// `text` in the colour when standard output is a terminal and NO_COLOR is not set, else as it is.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour);

/// The colour in which a task state is shown.
[[nodiscard]] Colour colour_of_state(std::string_view state);

/// `text` with control characters, which a node could have sent to play tricks on a terminal, and
/// what is no UTF-8 replaced by '?'. New lines and tabs stay.
[[nodiscard]] std::string printable(std::string_view text);

/// Whole characters of UTF-8 and nothing else.
[[nodiscard]] bool is_utf8(std::string_view text);

/// The same as printable() for text that comes in parts: takes all of `pending` but a character at
/// its end whose rest is still to come.
[[nodiscard]] std::string take_printable(std::string& pending);

/// Rows under a header, columns as wide as their widest cell; the last column is not padded.
[[nodiscard]] std::string table(const std::vector<std::string>& header,
                                const std::vector<std::vector<std::string>>& rows);

/// "2026-01-02T03:04:05.678Z" as "2026-01-02 03:04:05Z"; anything else as it is; empty as "-".
[[nodiscard]] std::string short_time(std::string_view time);

/// One line about another machine that has the identity of the node `name`.
[[nodiscard]] std::string clone_line(const std::string& name, const std::string& machine_id,
                                     std::string_view refused);

/// What is written to this descriptor (standard output, unless told otherwise) goes to a terminal.
[[nodiscard]] bool on_terminal(int fd = 1);

/// How wide the terminal is that standard output goes to, within reason; elsewhere 80.
[[nodiscard]] std::size_t columns();

}  // namespace muster::cli
