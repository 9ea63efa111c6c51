/// Typed members of a request's JSON body and query, with errors that name the member.
#pragma once

#include <chrono>
#include <cstdint>
#include <muster/core/base/error.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace muster::controller::api {

/// Errors of all: InvalidArgument with the member as field.
[[nodiscard]] Result<std::string> text_member(const nlohmann::json& body, const std::string& name);
[[nodiscard]] Result<std::optional<std::string>> optional_text(const nlohmann::json& body,
                                                               const std::string& name);
[[nodiscard]] Result<bool> bool_member(const nlohmann::json& body, const std::string& name,
                                       bool otherwise);
/// A whole number from 1 to `most`.
[[nodiscard]] Result<std::uint64_t> count_member(const nlohmann::json& body,
                                                 const std::string& name, std::uint64_t otherwise,
                                                 std::uint64_t most);
/// "90s".
[[nodiscard]] Result<std::optional<std::chrono::milliseconds>> duration_member(
    const nlohmann::json& body, const std::string& name);
/// "10MB", or a number of bytes.
[[nodiscard]] Result<std::optional<std::uint64_t>> size_member(const nlohmann::json& body,
                                                               const std::string& name);
/// A whole number from `least` to `most` in a query; `otherwise` when it is empty.
[[nodiscard]] Result<std::uint64_t> count_parameter(const std::string& text,
                                                    const std::string& name,
                                                    std::uint64_t otherwise, std::uint64_t most,
                                                    std::uint64_t least = 1);

}  // namespace muster::controller::api
