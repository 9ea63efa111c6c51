/// Members of a request's JSON body that are text with a unit.
///
/// The request was checked before: the document says which members are such texts.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace muster::controller::api {

/// "90s"; nothing when it is left out.
[[nodiscard]] std::optional<std::chrono::milliseconds> duration_member(const nlohmann::json& body,
                                                                       const std::string& name);
/// "10MB", or a number of bytes.
[[nodiscard]] std::optional<std::uint64_t> size_member(const nlohmann::json& body,
                                                       const std::string& name);

}  // namespace muster::controller::api
