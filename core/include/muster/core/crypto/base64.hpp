/// Bytes as text the way most others write them (RFC 4648 section 4, with padding). What is ours
/// alone is base64url.hpp. [any]
#pragma once

#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <string>
#include <string_view>

namespace muster::crypto {

[[nodiscard]] std::string to_base64(BytesView bytes);

/// Errors: InvalidArgument for any character outside the alphabet and for missing padding.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

}  // namespace muster::crypto
