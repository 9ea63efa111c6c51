/// Ed25519: key pairs that sign, and public keys that verify.
///
/// A SigningKey has one owner and may be used from any thread once made. Key files hold one line of
/// text and are readable by their owner alone.
#pragma once

#include <array>
#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/secret.hpp>

namespace muster::crypto {

using VerifyKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

class SigningKey {
 public:
  [[nodiscard]] static SigningKey generate();
  /// Errors: InvalidArgument unless `seed` has 32 bytes.
  [[nodiscard]] static Result<SigningKey> from_seed(BytesView seed);

  /// Errors: NotFound; PermissionDenied when others than the owner may read the file; Corrupt.
  /// Blocks.
  [[nodiscard]] static Result<SigningKey> load(const std::filesystem::path& file);
  /// Loads the key, or makes it where there is none yet. Blocks.
  [[nodiscard]] static Result<SigningKey> load_or_create(const std::filesystem::path& file);
  /// Writes the file whole, with mode 0600. Blocks.
  [[nodiscard]] Status save(const std::filesystem::path& file) const;

  [[nodiscard]] const VerifyKey& public_key() const { return public_key_; }
  [[nodiscard]] Signature sign(BytesView message) const;

 private:
  SigningKey() = default;
  VerifyKey public_key_{};
  Secret secret_key_;  // seed and public key, 64 bytes
};

[[nodiscard]] bool verify(const VerifyKey& key, BytesView message, const Signature& signature);

}  // namespace muster::crypto
