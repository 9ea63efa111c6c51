/// What the controller told, for --json: with every member, also those that this version does not
/// know.
#pragma once

#include <client/result.hpp>
#include <string>

namespace muster::cli {

/// Over several lines, and ends the last.
[[nodiscard]] std::string json_text(const client::Json& told);
/// In one line, without its end.
[[nodiscard]] std::string json_line(const client::Json& told);

}  // namespace muster::cli
