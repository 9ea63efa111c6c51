/// The C++ header that is generated from a manifest.
#pragma once

#include <muster/core/base/error.hpp>
#include <muster/core/config/manifest.hpp>
#include <string>

namespace muster::tool {

/// Structs for configuration, arguments and results, and `Plugin`, which ties operations to the
/// functions of the author's class: one that lacks a function does not compile. Errors:
/// InvalidArgument with the JSON pointer.
[[nodiscard]] Result<std::string> write_header(const config::Manifest& manifest);

}  // namespace muster::tool
