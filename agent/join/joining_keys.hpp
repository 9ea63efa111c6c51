/// The keys of a node that is joining, kept in `joining.json` (mode 0600) until it has joined.
///
/// An answer of the controller that was lost (a crash, a full disk, a timeout) may have let the
/// node in: asked again with the same keys the controller answers the same. Used under the lock of
/// the state directory. Blocks.
#pragma once

#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/noise.hpp>
#include <string>

namespace muster::agent {

struct JoiningKeys {
  crypto::SessionKeyPair transport;
  crypto::SessionKeyPair session;
};

/// Those that a join under this name left, or new ones, which are on disk when this returns.
[[nodiscard]] Result<JoiningKeys> joining_keys(const std::filesystem::path& state,
                                               const std::string& name);

/// For a node that has joined, or whose keys the controller will not have.
void forget_joining_keys(const std::filesystem::path& state);

}  // namespace muster::agent
