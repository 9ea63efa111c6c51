/// The sealed conversation between one agent and the controller: agreement, sealing, order.
///
/// No sockets, no clock, no threads: bytes in, bytes out. One object per connection attempt; after
/// a violation it is of no use and its owner drops it. It knows no tasks: bodies are for
/// wire::decode.
#pragma once

#include <cstdint>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/noise.hpp>
#include <muster/core/crypto/sign.hpp>
#include <muster/core/wire/envelope.hpp>
#include <muster/core/wire/messages.hpp>
#include <optional>
#include <variant>

namespace muster::net {

template <class T>
using Checked = tl::expected<T, wire::Violation>;

/// A message that came in order, opened, from the right side.
struct Opened {
  wire::MessageType type = wire::MessageType::Heartbeat;
  Bytes body;
};

/// The two directions once both sides have their keys.
class SealedChannel {
 public:
  SealedChannel(crypto::Split keys, std::uint64_t session, wire::Side self);

  /// The envelope's bytes. Errors: ResourceExhausted when the envelope would pass kMaxFrame;
  /// nothing was counted.
  [[nodiscard]] Result<Bytes> seal(wire::MessageType type, BytesView body);
  [[nodiscard]] Checked<Opened> open(const wire::Envelope& envelope);

  [[nodiscard]] std::uint64_t session() const { return session_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  /// The highest of ours that the other side said it has seen.
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  crypto::Split keys_;
  std::uint64_t session_;
  wire::Side self_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t acknowledged_ = 0;
};

class AgentSession {
 public:
  /// `controller` and `signing` are the two keys of the controller that the node joined. Keys are
  /// copied.
  AgentSession(const crypto::SessionKeyPair& node, const crypto::SessionPublicKey& controller,
               const crypto::VerifyKey& signing);

  /// The first envelope to send. Errors: InvalidArgument when the payload is beyond what a
  /// handshake message holds (65,487 bytes): leave the plugins out and send PLUGINS later.
  /// ResourceExhausted when it passes a limit of the wire; FailedPrecondition a second time.
  [[nodiscard]] Result<Bytes> hello(const wire::Hello& payload);

  /// The controller's answer to it. After a Welcome the session is established: whoever is at the
  /// other end has both keys of the controller.
  using Answer = std::variant<wire::Welcome, wire::Refused>;
  [[nodiscard]] Checked<Answer> on_answer(const wire::Envelope& envelope);

  [[nodiscard]] bool established() const { return channel_.has_value(); }

  /// Errors: FailedPrecondition before a Welcome, ResourceExhausted for a body that fits no
  /// envelope.
  [[nodiscard]] Result<Bytes> seal(wire::MessageType type, BytesView body);
  template <class Message>
  [[nodiscard]] Result<Bytes> seal(const Message& message) {
    return seal(Message::kType, wire::encode(message));
  }
  /// RETRY is not for here: it has no session (see wire::read_retry).
  [[nodiscard]] Checked<Opened> open(const wire::Envelope& envelope);
  [[nodiscard]] Checked<Opened> open(BytesView frame);

  /// Only when established().
  [[nodiscard]] const SealedChannel& channel() const { return *channel_; }

 private:
  crypto::Handshake handshake_;
  crypto::VerifyKey signing_;
  bool hello_sent_ = false;
  bool answered_ = false;
  std::optional<SealedChannel> channel_;
};

class ControllerSession {
 public:
  /// `node` is the session key of the node to which the gateway's transport key belongs. `signing`
  /// must outlive the session; the other keys are copied.
  ControllerSession(const crypto::SessionKeyPair& controller, const crypto::SigningKey& signing,
                    const crypto::SessionPublicKey& node);

  /// What the agent says, proven to be said under that node's session key, but perhaps a replay.
  [[nodiscard]] Checked<wire::Hello> on_hello(const wire::Envelope& envelope);

  /// The answer's envelope; one of the two, once. `payload.session` must not be 0; its proof is
  /// filled in. Errors: FailedPrecondition out of turn.
  [[nodiscard]] Result<Bytes> welcome(wire::Welcome payload);
  [[nodiscard]] Result<Bytes> refuse(const wire::Refused& payload);

  /// False until the first sealed message opened: until then the HELLO may be a replay, and this
  /// session must not replace another or be trusted to be there.
  [[nodiscard]] bool proven() const { return channel_ && channel_->received() > 0; }

  /// Errors: FailedPrecondition before welcome(), ResourceExhausted for a body that fits no
  /// envelope.
  [[nodiscard]] Result<Bytes> seal(wire::MessageType type, BytesView body);
  template <class Message>
  [[nodiscard]] Result<Bytes> seal(const Message& message) {
    return seal(Message::kType, wire::encode(message));
  }
  [[nodiscard]] Checked<Opened> open(const wire::Envelope& envelope);
  [[nodiscard]] Checked<Opened> open(BytesView frame);

  /// Only after welcome().
  [[nodiscard]] const SealedChannel& channel() const { return *channel_; }

 private:
  [[nodiscard]] Result<Bytes> answer(wire::MessageType type, BytesView payload);

  crypto::Handshake handshake_;
  const crypto::SigningKey& signing_;
  bool hello_read_ = false;
  bool answered_ = false;
  std::optional<SealedChannel> channel_;
};

}  // namespace muster::net
