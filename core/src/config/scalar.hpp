/// A plain YAML scalar to its JSON value by the core schema of YAML 1.2. Private to the YAML
/// reader.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>

namespace muster::config {

/// Null, boolean, integer or number if `text` is written as one, else the text itself.
/// Error: a sentence, for a number that JSON or 64 bits cannot hold.
[[nodiscard]] tl::expected<nlohmann::json, std::string> plain_scalar(const std::string& text);

}  // namespace muster::config
