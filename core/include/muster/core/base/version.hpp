/// The version of all programs of this tree; set by the build from the project's one number.
#pragma once

#include <string_view>

namespace muster {

inline constexpr std::string_view kVersion = MUSTER_VERSION;

}  // namespace muster
