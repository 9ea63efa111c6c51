/// JSON text to a value, strictly: what a person or a peer wrote, with the place of a mistake.
///
/// Stateless; every function is [any]. It knows nothing of what the values mean.
#pragma once

#include <muster/core/base/error.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace muster::config {

/// Beyond it a recursive walk of the value could exhaust a stack.
inline constexpr int kMaxJsonDepth = 64;

/// The one value in `text`. Errors, all InvalidArgument, of which the message continues "this is":
/// no JSON, with line and column (both count from 1; a column counts bytes); nested too deeply; an
/// object with a member twice, of which one would be taken silently.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text);

}  // namespace muster::config
