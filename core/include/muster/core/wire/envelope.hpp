/// The outer array of every frame between agent and controller: what a gateway can see.
///
/// It neither seals nor opens: the body is bytes to it. Integers are in their shortest form, and
/// anything else is a violation, so that one header has exactly one encoding. Every function is
/// [any].
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/wire/message_type.hpp>
#include <muster/core/wire/messages.hpp>
#include <muster/core/wire/violation.hpp>

namespace muster::wire {

inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kMaxFrame = std::size_t{1}
                                         << 20U;  ///< an envelope with all that is in it

struct Header {
  MessageType type = MessageType::Hello;
  std::uint64_t session = 0;
  std::uint64_t seq = 0;
  std::uint64_t ack = 0;
  friend bool operator==(const Header&, const Header&) = default;
};

/// The bytes that are authenticated with the body: the array [version, type, session, seq, ack].
class AssociatedData {
 public:
  explicit AssociatedData(const Header& header);
  [[nodiscard]] BytesView view() const { return BytesView(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, 32> bytes_{};
  std::size_t size_ = 0;
};

/// An envelope up to its body, with room kept for it: the caller appends exactly `body_size` bytes,
/// so that a large body is written once, sealed, where it is sent from.
[[nodiscard]] Bytes begin_envelope(const Header& header, std::size_t body_size);
[[nodiscard]] Bytes encode_envelope(const Header& header, BytesView body);

struct Envelope {
  Header header;
  BytesView body;  ///< inside the bytes that were decoded
};

/// Checks shape, version, type and size, and that HELLO, WELCOME, REFUSED and RETRY have no
/// session, seq or ack and all others have a session and a seq. Who sent it and what comes next is
/// the session's to check.
[[nodiscard]] tl::expected<Envelope, Violation> decode_envelope(BytesView frame);

/// The only plain message: gateways send it too.
[[nodiscard]] Bytes encode_retry(Retry retry);
/// Nothing unless the envelope is a well-formed RETRY. Its delay is not yet bounded.
[[nodiscard]] std::optional<Retry> read_retry(const Envelope& envelope);

}  // namespace muster::wire
