/// The SymmetricState of the Noise specification, section 5.2: chaining key, handshake hash, cipher
/// key.
#pragma once

#include <muster/core/base/error.hpp>
#include <muster/core/crypto/noise.hpp>
#include <utility>

namespace muster::crypto {

class SymmetricState {
 public:
  /// `protocol_name` has at most 32 bytes.
  explicit SymmetricState(std::string_view protocol_name);

  void mix_hash(BytesView data);
  void mix_key(BytesView input);
  [[nodiscard]] Status encrypt_and_hash(BytesView plain, Bytes& out);
  [[nodiscard]] Status decrypt_and_hash(BytesView sealed, Bytes& out);
  /// The initiator's sending key, then the responder's.
  [[nodiscard]] std::pair<Secret, Secret> split() const;
  [[nodiscard]] const Digest& hash() const { return hash_; }

 private:
  Digest hash_{};
  Secret chaining_key_;
  CipherState cipher_{Secret()};
  std::uint64_t counter_ = 0;
};

}  // namespace muster::crypto
