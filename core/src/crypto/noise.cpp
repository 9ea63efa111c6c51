#include <algorithm>
#include <cassert>
#include <limits>
#include <muster/core/crypto/noise.hpp>
#include <optional>

#include "crypto/noise_symmetric.hpp"
#include "crypto/sodium.hpp"

namespace muster::crypto {
namespace {

constexpr std::string_view kProtocolName = "Noise_KK_25519_ChaChaPoly_SHA256";
constexpr std::size_t kKeyBytes = 32;

using Nonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

/// Four zero bytes, then the counter in little-endian order (section 12.3).
Nonce nonce_of(std::uint64_t counter) {
  Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
  return nonce;
}

Status check_counter(std::uint64_t counter) {
  if (counter != std::numeric_limits<std::uint64_t>::max()) return {};
  return fail(ErrorCode::ResourceExhausted,
              "this session's counter is used up; start a new session");
}

tl::unexpected<Error> fail_not_authentic() {
  return fail(ErrorCode::Corrupt,
              "a sealed message does not open: it was changed, or is not for this session");
}

/// The shared secret; nothing when the peer's key is one of the few that give zero to everybody.
std::optional<Secret> shared_secret(const SessionKeyPair& local, const SessionPublicKey& remote) {
  Bytes shared(crypto_scalarmult_BYTES);
  const int failed =
      ::crypto_scalarmult(shared.data(), local.secret_key.reveal().data(), remote.data());
  Secret secret(std::move(shared));
  if (failed != 0 || ::sodium_is_zero(secret.reveal().data(), secret.size()) == 1)
    return std::nullopt;
  return secret;
}

}  // namespace

SessionKeyPair SessionKeyPair::generate() {
  ready_sodium();
  Bytes secret(kKeyBytes);
  ::randombytes_buf(secret.data(), secret.size());
  return from_secret(Secret(std::move(secret))).value();
}

Result<SessionKeyPair> SessionKeyPair::from_secret(Secret secret) {
  if (secret.size() != kKeyBytes) {
    return fail(ErrorCode::InvalidArgument,
                "an X25519 key has 32 bytes, not " + std::to_string(secret.size()));
  }
  SessionKeyPair pair{{}, std::move(secret)};
  ::crypto_scalarmult_base(pair.public_key.data(), pair.secret_key.reveal().data());
  return pair;
}

Result<Bytes> CipherState::seal(std::uint64_t counter, BytesView header_as_ad,
                                BytesView plain) const {
  Bytes out;
  return seal_append(counter, header_as_ad, plain, out).map([&out] { return std::move(out); });
}

Result<Bytes> CipherState::open(std::uint64_t counter, BytesView ad, BytesView sealed) const {
  Bytes out;
  return open_append(counter, ad, sealed, out).map([&out] { return std::move(out); });
}

Status CipherState::seal_append(std::uint64_t counter, BytesView header_as_ad, BytesView plain,
                                Bytes& out) const {
  if (auto usable = check_counter(counter); !usable) return usable;
  const std::size_t before = out.size();
  out.resize(before + plain.size() + kOverhead);
  const Nonce nonce = nonce_of(counter);
  ::crypto_aead_chacha20poly1305_ietf_encrypt(
      out.data() + before, nullptr, plain.data(), plain.size(), header_as_ad.data(),
      header_as_ad.size(), nullptr, nonce.data(), key_.reveal().data());
  return {};
}

Status CipherState::open_append(std::uint64_t counter, BytesView ad, BytesView sealed,
                                Bytes& out) const {
  if (auto usable = check_counter(counter); !usable) return usable;
  if (sealed.size() < kOverhead) return fail_not_authentic();
  const std::size_t before = out.size();
  out.resize(before + sealed.size() - kOverhead);
  const Nonce nonce = nonce_of(counter);
  const int failed = ::crypto_aead_chacha20poly1305_ietf_decrypt(
      out.data() + before, nullptr, nullptr, sealed.data(), sealed.size(), ad.data(), ad.size(),
      nonce.data(), key_.reveal().data());
  if (failed == 0) return {};
  out.resize(before);
  return fail_not_authentic();
}

struct Handshake::State {
  enum class Step { Write, Read, Complete, Over };

  SessionKeyPair local;
  SessionPublicKey remote;
  std::optional<SessionKeyPair> ephemeral;
  std::optional<SessionPublicKey> remote_ephemeral;
  bool initiates;
  Step step;
  SymmetricState symmetric{kProtocolName};

  State(const SessionKeyPair& local_static, const SessionPublicKey& remote_static,
        BytesView prologue, const SessionKeyPair* fixed_ephemeral, bool initiator)
      : local(local_static.duplicate()),
        remote(remote_static),
        initiates(initiator),
        step(initiator ? Step::Write : Step::Read) {
    ephemeral =
        fixed_ephemeral == nullptr ? SessionKeyPair::generate() : fixed_ephemeral->duplicate();
    symmetric.mix_hash(prologue);
    symmetric.mix_hash(initiator ? local.public_key : remote);
    symmetric.mix_hash(initiator ? remote : local.public_key);
  }

  [[nodiscard]] bool mix(const SessionKeyPair& own, const SessionPublicKey& theirs) {
    const auto secret = shared_secret(own, theirs);
    if (secret) symmetric.mix_key(secret->reveal());
    return secret.has_value();
  }

  /// The tokens after "e" in the message that is under way: "es, ss" in the first, "ee, se" in the
  /// second.
  [[nodiscard]] bool mix_tokens(bool first_message) {
    if (!first_message) {
      return mix(*ephemeral, *remote_ephemeral) &&
             (initiates ? mix(local, *remote_ephemeral) : mix(*ephemeral, remote));
    }
    return (initiates ? mix(*ephemeral, remote) : mix(local, *remote_ephemeral)) &&
           mix(local, remote);
  }

  void advance(bool first_message) {
    if (!first_message) {
      step = Step::Complete;
    } else {
      step = initiates ? Step::Read : Step::Write;
    }
  }
};

Handshake::Handshake(std::unique_ptr<State> state) : state_(std::move(state)) {}
Handshake::Handshake(Handshake&&) noexcept = default;
Handshake& Handshake::operator=(Handshake&&) noexcept = default;
Handshake::~Handshake() = default;

Handshake Handshake::initiator(const SessionKeyPair& local, const SessionPublicKey& remote,
                               BytesView prologue, const SessionKeyPair* ephemeral) {
  return Handshake(std::make_unique<State>(local, remote, prologue, ephemeral, true));
}

Handshake Handshake::responder(const SessionKeyPair& local, const SessionPublicKey& remote,
                               BytesView prologue, const SessionKeyPair* ephemeral) {
  return Handshake(std::make_unique<State>(local, remote, prologue, ephemeral, false));
}

Result<Bytes> Handshake::write_message(BytesView payload) {
  State& state = *state_;
  if (state.step != State::Step::Write) {
    return fail(ErrorCode::FailedPrecondition, "it is not our turn to write in this handshake");
  }
  if (payload.size() > kMaxMessage - kOverhead) {
    return fail(ErrorCode::InvalidArgument, "the payload does not fit a handshake message");
  }
  state.step = State::Step::Over;  // until all went well
  Bytes message = to_bytes(state.ephemeral->public_key);
  state.symmetric.mix_hash(message);
  if (!state.mix_tokens(state.initiates)) return fail_not_authentic();
  if (auto sealed = state.symmetric.encrypt_and_hash(payload, message); !sealed) {
    return tl::unexpected(sealed.error());
  }
  state.advance(state.initiates);
  return message;
}

Result<Bytes> Handshake::read_message(BytesView message) {
  State& state = *state_;
  if (state.step != State::Step::Read) {
    return fail(ErrorCode::FailedPrecondition, "it is not our turn to read in this handshake");
  }
  state.step = State::Step::Over;  // until all went well
  if (message.size() < kOverhead || message.size() > kMaxMessage) return fail_not_authentic();
  state.remote_ephemeral.emplace();
  std::copy_n(message.begin(), kKeyBytes, state.remote_ephemeral->begin());
  state.symmetric.mix_hash(*state.remote_ephemeral);
  if (!state.mix_tokens(!state.initiates)) return fail_not_authentic();
  Bytes payload;
  if (auto opened = state.symmetric.decrypt_and_hash(message.subspan(kKeyBytes), payload);
      !opened) {
    return tl::unexpected(opened.error());
  }
  state.advance(!state.initiates);
  return payload;
}

const Digest& Handshake::transcript() const { return state_->symmetric.hash(); }

bool Handshake::complete() const { return state_->step == State::Step::Complete; }

Split Handshake::split() {
  assert(complete());
  state_->step = State::Step::Over;
  auto [from_initiator, from_responder] = state_->symmetric.split();
  CipherState first(std::move(from_initiator));
  CipherState second(std::move(from_responder));
  const Digest hash = state_->symmetric.hash();
  if (state_->initiates) return {std::move(first), std::move(second), hash};
  return {std::move(second), std::move(first), hash};
}

}  // namespace muster::crypto
