#include <muster/core/net/session.hpp>
#include <utility>

namespace muster::net {
namespace {

using wire::MessageType;
using wire::Side;
using wire::Violation;

constexpr std::string_view kPrologue = "muster wire 1";

/// What the signature in WELCOME covers: this agreement, after HELLO.
Bytes proven_part(const crypto::Handshake& handshake) {
  Bytes out = to_bytes(as_bytes("muster session 1"));
  append(out, handshake.transcript());
  return out;
}

/// Of an envelope before its body: array, five integers, the body's tag and length.
constexpr std::size_t kMaxHeader = 1 + 1 + 2 + 9 + 9 + 9 + 5;

}  // namespace

SealedChannel::SealedChannel(crypto::Split keys, std::uint64_t session, Side self)
    : keys_(std::move(keys)), session_(session), self_(self) {}

Result<Bytes> SealedChannel::seal(MessageType type, BytesView body) {
  const auto sealed_size = body.size() + crypto::CipherState::kOverhead;
  if (sealed_size + kMaxHeader > wire::kMaxFrame) {
    return fail(ErrorCode::ResourceExhausted, std::string(wire::to_string(type)) + " of " +
                                                  std::to_string(body.size()) +
                                                  " bytes is larger than a frame");
  }
  const wire::Header header{type, session_, sent_ + 1, received_};
  Bytes out = wire::begin_envelope(header, sealed_size);
  const wire::AssociatedData ad(header);
  if (auto sealed = keys_.send.seal_append(header.seq, ad.view(), body, out); !sealed) {
    return tl::unexpected(sealed.error());
  }
  ++sent_;
  return out;
}

Checked<Opened> SealedChannel::open(const wire::Envelope& envelope) {
  const auto& header = envelope.header;
  if (wire::is_outside_session(header.type) || wire::sender_of(header.type) == self_) {
    return tl::unexpected(Violation::Type);
  }
  if (header.session != session_) return tl::unexpected(Violation::Session);
  if (header.seq != received_ + 1) return tl::unexpected(Violation::Sequence);
  Opened opened{header.type, {}};
  const wire::AssociatedData ad(header);
  if (!keys_.receive.open_append(header.seq, ad.view(), envelope.body, opened.body)) {
    return tl::unexpected(Violation::Seal);
  }
  // Authentic from here on: what does not fit now is a fault of the other side itself.
  if (header.ack > sent_ || header.ack < acknowledged_) return tl::unexpected(Violation::Sequence);
  received_ = header.seq;
  acknowledged_ = header.ack;
  return opened;
}

AgentSession::AgentSession(const crypto::SessionKeyPair& node,
                           const crypto::SessionPublicKey& controller,
                           const crypto::VerifyKey& signing)
    : handshake_(crypto::Handshake::initiator(node, controller, as_bytes(kPrologue))),
      signing_(signing) {}

Result<Bytes> AgentSession::hello(const wire::Hello& payload) {
  if (hello_sent_) return fail(ErrorCode::FailedPrecondition, "HELLO was said already");
  const auto body = wire::encode_checked(payload);
  if (!body) return tl::unexpected(body.error());
  return handshake_.write_message(*body).map([&](const Bytes& message) {
    hello_sent_ = true;
    return wire::encode_envelope({MessageType::Hello, 0, 0, 0}, message);
  });
}

Checked<AgentSession::Answer> AgentSession::on_answer(const wire::Envelope& envelope) {
  const auto type = envelope.header.type;
  const bool is_answer = type == MessageType::Welcome || type == MessageType::Refused;
  if (!is_answer || !hello_sent_ || answered_) return tl::unexpected(Violation::Type);
  answered_ = true;
  const Bytes proven = proven_part(handshake_);
  const auto payload = handshake_.read_message(envelope.body);
  if (!payload) return tl::unexpected(Violation::Seal);
  if (type == MessageType::Refused) {
    auto refused = wire::decode<wire::Refused>(*payload);
    if (!refused) return tl::unexpected(Violation::Body);
    return Answer(std::move(*refused));
  }
  auto welcome = wire::decode<wire::Welcome>(*payload);
  if (!welcome || welcome->session == 0) return tl::unexpected(Violation::Body);
  if (!crypto::verify(signing_, proven, welcome->proof)) return tl::unexpected(Violation::Seal);
  channel_.emplace(handshake_.split(), welcome->session, Side::Agent);
  return Answer(std::move(*welcome));
}

Result<Bytes> AgentSession::seal(MessageType type, BytesView body) {
  if (!channel_) return fail(ErrorCode::FailedPrecondition, "there is no session yet");
  return channel_->seal(type, body);
}

Checked<Opened> AgentSession::open(const wire::Envelope& envelope) {
  if (!channel_) return tl::unexpected(Violation::Type);
  return channel_->open(envelope);
}

Checked<Opened> AgentSession::open(BytesView frame) {
  return wire::decode_envelope(frame).and_then([&](const wire::Envelope& e) { return open(e); });
}

ControllerSession::ControllerSession(const crypto::SessionKeyPair& controller,
                                     const crypto::SigningKey& signing,
                                     const crypto::SessionPublicKey& node)
    : handshake_(crypto::Handshake::responder(controller, node, as_bytes(kPrologue))),
      signing_(signing) {}

Checked<wire::Hello> ControllerSession::on_hello(const wire::Envelope& envelope) {
  if (envelope.header.type != MessageType::Hello || hello_read_) {
    return tl::unexpected(Violation::Type);
  }
  const auto payload = handshake_.read_message(envelope.body);
  if (!payload) return tl::unexpected(Violation::Seal);
  auto hello = wire::decode<wire::Hello>(*payload);
  if (!hello) return tl::unexpected(Violation::Body);
  hello_read_ = true;
  return std::move(*hello);
}

Result<Bytes> ControllerSession::answer(MessageType type, BytesView payload) {
  if (!hello_read_ || answered_) {
    return fail(ErrorCode::FailedPrecondition, "there is no HELLO to answer");
  }
  answered_ = true;
  return handshake_.write_message(payload).map([&](const Bytes& message) {
    return wire::encode_envelope({type, 0, 0, 0}, message);
  });
}

Result<Bytes> ControllerSession::welcome(wire::Welcome payload) {
  if (payload.session == 0) return fail(ErrorCode::InvalidArgument, "a session has no number 0");
  payload.proof = signing_.sign(proven_part(handshake_));
  const auto body = wire::encode_checked(payload);
  if (!body) return tl::unexpected(body.error());
  auto envelope = answer(MessageType::Welcome, *body);
  if (envelope) channel_.emplace(handshake_.split(), payload.session, Side::Controller);
  return envelope;
}

Result<Bytes> ControllerSession::refuse(const wire::Refused& payload) {
  return wire::encode_checked(payload).and_then(
      [this](const Bytes& body) { return answer(MessageType::Refused, body); });
}

Result<Bytes> ControllerSession::seal(MessageType type, BytesView body) {
  if (!channel_) return fail(ErrorCode::FailedPrecondition, "there is no session yet");
  return channel_->seal(type, body);
}

Checked<Opened> ControllerSession::open(const wire::Envelope& envelope) {
  if (!channel_) return tl::unexpected(Violation::Type);
  return channel_->open(envelope);
}

Checked<Opened> ControllerSession::open(BytesView frame) {
  return wire::decode_envelope(frame).and_then([&](const wire::Envelope& e) { return open(e); });
}

}  // namespace muster::net
