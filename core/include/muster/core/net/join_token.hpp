/// The one line that lets a node join: where the API is, whom to trust, and a secret.
///
/// "muster1." + base64url of the msgpack array [address, SHA-256 of the fleet CA's DER, secret].
#pragma once

#include <array>
#include <cstdint>
#include <muster/core/base/error.hpp>
#include <muster/core/wire/messages.hpp>
#include <string>
#include <string_view>

namespace muster::net {

struct JoinToken {
  std::string address;  ///< "HOST:PORT" of the HTTPS API
  wire::Digest ca{};
  std::array<std::uint8_t, 32> secret{};  ///< whoever has it may join: never log it
};

[[nodiscard]] std::string encode_token(const JoinToken& token);

/// Spaces and line ends around it are ignored. Errors: InvalidArgument with a sentence for the
/// person who pasted it, Unsupported for a token of a later version.
[[nodiscard]] Result<JoinToken> decode_token(std::string_view text);

}  // namespace muster::net
