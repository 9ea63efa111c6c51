/// The sealed session between agent and controller: Noise_KK_25519_ChaChaPoly_SHA256, revision 34
/// of the Noise specification. Both sides know each other's static key; two messages make fresh
/// session keys.
///
/// Every object has one owner and one thread at a time. Nothing here keeps counters of transport
/// messages: the envelope carries them, and refusing a counter seen before is the caller's duty.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/crypto/secret.hpp>

namespace muster::crypto {

using SessionPublicKey = std::array<std::uint8_t, 32>;

/// An X25519 key pair.
struct SessionKeyPair {
  SessionPublicKey public_key{};
  Secret secret_key;

  [[nodiscard]] static SessionKeyPair generate();
  /// Errors: InvalidArgument unless `secret` has 32 bytes.
  [[nodiscard]] static Result<SessionKeyPair> from_secret(Secret secret);
  [[nodiscard]] SessionKeyPair duplicate() const { return {public_key, secret_key.duplicate()}; }
};

/// One direction's key. A counter must never seal two different messages.
class CipherState {
 public:
  static constexpr std::size_t kOverhead = 16;  ///< bytes that sealing adds

  explicit CipherState(Secret key) : key_(std::move(key)) {}

  /// `header_as_ad` is authenticated, not hidden. Errors: ResourceExhausted for the counter 2^64-1,
  /// which the specification reserves.
  [[nodiscard]] Result<Bytes> seal(std::uint64_t counter, BytesView header_as_ad,
                                   BytesView plain) const;
  /// Errors: Corrupt when anything differs from what was sealed; nothing of the content is given
  /// out.
  [[nodiscard]] Result<Bytes> open(std::uint64_t counter, BytesView ad, BytesView sealed) const;

  /// The same, appended to `out` without a copy between; on failure `out` is as it was. The inputs
  /// must not lie inside `out`.
  [[nodiscard]] Status seal_append(std::uint64_t counter, BytesView header_as_ad, BytesView plain,
                                   Bytes& out) const;
  [[nodiscard]] Status open_append(std::uint64_t counter, BytesView ad, BytesView sealed,
                                   Bytes& out) const;

 private:
  Secret key_;
};

/// What a finished handshake leaves: one key for each direction, as this side sees them.
struct Split {
  CipherState send;
  CipherState receive;
  Digest handshake_hash;  ///< equal on both sides; names the session
};

class Handshake {
 public:
  static constexpr std::size_t kMaxMessage = 65535;  ///< by the specification
  static constexpr std::size_t kOverhead = 48;  ///< bytes that each message adds to its payload

  /// `prologue` is what both sides must agree on beforehand; it is authenticated and not sent. The
  /// keys are copied. `ephemeral` is for published test vectors only: otherwise a fresh one is
  /// made.
  [[nodiscard]] static Handshake initiator(const SessionKeyPair& local,
                                           const SessionPublicKey& remote, BytesView prologue,
                                           const SessionKeyPair* ephemeral = nullptr);
  [[nodiscard]] static Handshake responder(const SessionKeyPair& local,
                                           const SessionPublicKey& remote, BytesView prologue,
                                           const SessionKeyPair* ephemeral = nullptr);
  Handshake(Handshake&&) noexcept;
  Handshake& operator=(Handshake&&) noexcept;
  ~Handshake();

  /// The initiator writes first and reads second; the responder the other way round.
  /// Errors: FailedPrecondition out of turn; InvalidArgument when the payload does not fit a
  /// message.
  [[nodiscard]] Result<Bytes> write_message(BytesView payload);
  /// The payload. Errors: FailedPrecondition out of turn; Corrupt for a message that was not made
  /// for this handshake. After a failure the handshake is over: start a new one.
  [[nodiscard]] Result<Bytes> read_message(BytesView message);

  /// The hash of keys, prologue and all messages so far. After each message both sides have the
  /// same.
  [[nodiscard]] const Digest& transcript() const;

  [[nodiscard]] bool complete() const;
  /// The session's keys; only once, and only when complete() (asserted).
  [[nodiscard]] Split split();

 private:
  struct State;
  explicit Handshake(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster::crypto
