/// Text that may travel: `str` of the wire is UTF-8, and every one of it has a limit. [any]
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::wire {

[[nodiscard]] bool is_utf8(std::string_view text);
/// The longest beginning of at most `most` bytes that ends with a whole character.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t most);
/// Foreign text made fit to travel: cut like cut_utf8(); in what is not UTF-8 then, every byte
/// beyond ASCII is a question mark.
[[nodiscard]] std::string fit_text(std::string_view text, std::size_t most);

}  // namespace muster::wire
