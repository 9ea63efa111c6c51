/// The keys of the encrypted connection between agent and gateway, and their two spellings.
///
/// A transport key pair is an X25519 pair, so crypto's type serves; it is never the session's pair.
#pragma once

#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/noise.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <string>
#include <string_view>

namespace muster::net {

using TransportKeyPair = crypto::SessionKeyPair;

/// 40 characters, as libzmq and its tools spell a key.
[[nodiscard]] std::string to_z85(const wire::TransportKey& key);
/// Errors: InvalidArgument unless it is exactly one key.
[[nodiscard]] Result<wire::TransportKey> from_z85(std::string_view text);

/// The pair whose secret half stands in `file` as hex, made and written there (mode 0600) when
/// there is none. Errors: PermissionDenied when others may read the file, Corrupt when it holds
/// something else. Blocks.
[[nodiscard]] Result<TransportKeyPair> load_or_create_key_pair(const std::filesystem::path& file);

}  // namespace muster::net
