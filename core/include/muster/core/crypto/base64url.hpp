/// Bytes as text that is safe in URLs, headers, file names and shells (RFC 4648 section 5, no
/// padding).
#pragma once

#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <string>
#include <string_view>

namespace muster::crypto {

[[nodiscard]] std::string to_base64url(BytesView bytes);

/// Errors: InvalidArgument for any character outside the alphabet, padding, or a last group whose
/// unused bits are not zero, so that each byte string has exactly one text.
[[nodiscard]] Result<Bytes> from_base64url(std::string_view text);

}  // namespace muster::crypto
