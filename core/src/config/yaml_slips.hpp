/// Slips of whoever typed a YAML text that yaml-cpp takes silently, or tells at a place where
/// nobody looks for them. They are found in the text itself. Private to the YAML reader; every
/// function is [any].
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace muster::config {

/// Where the quote opens that has no closing one. `node` is where a scalar begins, with its anchor
/// and tag; none for a scalar that is closed or has no quotes.
[[nodiscard]] std::optional<std::size_t> unclosed_quote(std::string_view text, std::size_t node);

/// Where the { or [ opens that has no closing one, the last of them; of a text that begins with
/// one, as JSON does, else none.
[[nodiscard]] std::optional<std::size_t> unclosed_bracket(std::string_view text);

/// Whether the line of `offset` begins there, and with a plain or quoted scalar.
[[nodiscard]] bool begins_line_with_scalar(std::string_view text, std::size_t offset);

/// The beginning of the line above that `colon` should have had as a neighbour: `name: x` after
/// `id y` is read as one key of two lines. None when the lines above look different.
[[nodiscard]] std::optional<std::size_t> line_without_colon(std::string_view text,
                                                            std::size_t colon);

}  // namespace muster::config
