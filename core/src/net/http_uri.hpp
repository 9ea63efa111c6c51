/// The request line's target, taken apart: what the library's own decoding would let through, we
/// refuse.
#pragma once

#include <muster/core/base/error.hpp>
#include <muster/core/net/http_message.hpp>

namespace muster::http {

/// Puts the decoded path and query of `target` ("/v1/nodes?label=a%20b") into `request`. Errors:
/// InvalidArgument for a broken escape, a NUL, a "." or ".." segment, or a path that does not begin
/// with '/'.
[[nodiscard]] Status parse_target(std::string_view target, Request& request);

}  // namespace muster::http
