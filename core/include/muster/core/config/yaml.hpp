/// YAML text to JSON values, strictly, with the place of every mistake.
///
/// Follows the core schema of YAML 1.2: `yes`, `no`, `on` and `1:30` are strings, quoted scalars
/// are always strings. Stateless; every function is [any]. It knows nothing of what the values
/// mean.
#pragma once

#include <cstddef>
#include <muster/core/base/error.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace muster::config {

inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20U;
inline constexpr int kMaxYamlDepth = 32;

/// The one document in `text` (an empty text is null). `name` is the file or source for the
/// messages. Errors: InvalidArgument as "name:LINE:COL: sentence" (both count from 1; a column
/// counts characters) for a syntax error, a quote that is never closed, a line without its colon, a
/// key used twice, a key that is not plain, an alias, a tag or a second document; ResourceExhausted
/// above the limits of size and depth.
[[nodiscard]] Result<nlohmann::json> parse_yaml(std::string_view text, std::string_view name);

/// "LINE:COL" of what a JSON pointer names in a text that parse_yaml() took: of a member its key,
/// of an item of a list its beginning. What is not there has the place of the nearest around it.
[[nodiscard]] std::string place_in_yaml(std::string_view text, std::string_view pointer);

}  // namespace muster::config
