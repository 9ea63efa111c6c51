/// Versions as semver.org defines them. Private to the manifest's reader.
#pragma once

#include <string_view>

namespace muster::config {

/// MAJOR.MINOR.PATCH[-pre.release][+build], numbers without leading zeros.
[[nodiscard]] bool is_semantic_version(std::string_view text);

}  // namespace muster::config
