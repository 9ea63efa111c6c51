/// What people see: colours where a terminal is, text that cannot take the terminal over.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace muster::cli {

enum class Colour { Plain, Dim, Green, Yellow, Red };

/// `text` in the colour when standard output is a terminal that knows colours and NO_COLOR is not
/// set, else as it is.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour);

/// The colour in which a task state is shown.
[[nodiscard]] Colour colour_of_state(std::string_view state);

/// `text` with control characters, which a node could have sent to play tricks on a terminal, those
/// that turn the direction of text, and what is no UTF-8 replaced by '?'. New lines and tabs stay.
[[nodiscard]] std::string printable(std::string_view text);

/// `text` with blanks for new lines and tabs, so that it stays in its row.
[[nodiscard]] std::string one_line(std::string text);

/// The same as printable() for text that comes in parts: takes all of `pending` but a character at
/// its end whose rest is still to come.
[[nodiscard]] std::string take_printable(std::string& pending);

/// "2026-01-02T03:04:05.678Z" as "2026-01-02 03:04:05Z"; anything else as it is; empty as "-".
[[nodiscard]] std::string short_time(std::string_view time);

/// "canary role=web"
[[nodiscard]] std::string labels_text(const std::map<std::string, std::string>& labels);

/// A sentence about another machine that has the identity of the node `name`.
[[nodiscard]] std::string clone_text(const std::string& name, const std::string& machine_id,
                                     std::string_view refused);

/// What is written to this descriptor (standard output, unless told otherwise) goes to a terminal.
[[nodiscard]] bool on_terminal(int fd = 1);

/// The terminal knows escape sequences, as far as the environment tells.
[[nodiscard]] bool takes_escapes();

/// How wide that terminal is; 0 where there is none, or where it does not say.
[[nodiscard]] std::size_t columns_of(int fd);

/// Standard output is a pipe or socket that nobody reads any more.
[[nodiscard]] bool reader_is_gone();

/// For text that is wrapped: how wide standard output is, within reason; 80 where it is no
/// terminal.
[[nodiscard]] std::size_t columns();

}  // namespace muster::cli
