/// The scripts that make shells ask `muster completion`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster::cli {

/// Nothing for a shell that is not bash, zsh or fish.
[[nodiscard]] std::optional<std::string_view> completion_script(const std::string& shell);

}  // namespace muster::cli
