/// The name that somebody probably meant, for sentences such as "did you mean web1?".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// The nearest of `names` by letters changed, or empty when none is near: of a long word one that
/// differs in up to three, of a short one fewer. What both begin with up to a dot or a blank does
/// not make them near. [any]
[[nodiscard]] std::string near_name(std::string_view name, const std::vector<std::string>& names);

/// "; did you mean X?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       const std::vector<std::string>& names);

}  // namespace muster
