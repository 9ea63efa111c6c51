/// The globs of Salt, which are those of Python's fnmatch. Private to the selector.
#pragma once

#include <string>
#include <string_view>

namespace muster::selector {

/// A regular expression that matches, from a beginning to the end, what the glob does: of
/// "web[1-3]*" "web[1-3].*$". A bracket that nothing closes stands for itself.
[[nodiscard]] std::string regex_of_glob(std::string_view glob);

}  // namespace muster::selector
