/// Who this node is: what joining gave it, and its own secret keys. One file, `identity.json`, mode
/// 0600.
///
/// One file on purpose: it is written whole or not at all, so a join that failed half way leaves
/// nothing. Written by muster-agent-join, read once by the agent at its start. Blocks.
#pragma once

#include <array>
#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/base/ids.hpp>
#include <muster/core/crypto/noise.hpp>
#include <muster/core/crypto/sign.hpp>
#include <string>

namespace muster::agent {

struct Identity {
  NodeId node;
  std::string name;
  std::string api_address;      ///< "host:port", of HTTPS
  std::string ca_pem;           ///< the only authority this node trusts
  std::string gateway_address;  ///< "host:port"
  std::array<std::uint8_t, 32> gateway_key{};
  crypto::SessionPublicKey controller_session_key{};
  crypto::VerifyKey controller_signing_key{};
  crypto::SessionKeyPair transport_key;  ///< of this node, for CURVE
  crypto::SessionKeyPair session_key;    ///< of this node, for the sealed session
};

[[nodiscard]] std::filesystem::path identity_file(const std::filesystem::path& state);

/// Errors: NotFound when the node never joined; PermissionDenied when others may read the file;
/// Corrupt with the member at fault.
[[nodiscard]] Result<Identity> load_identity(const std::filesystem::path& state);

/// Atomic and durable.
[[nodiscard]] Status save_identity(const std::filesystem::path& state, const Identity& identity);

}  // namespace muster::agent
