/// The frames between a gateway and its controller (core/docs/wire.md section 8), and how they lie
/// in a stream.
///
/// A frame is a u32 little endian length and a msgpack array. Routes and payloads are views: into
/// the reader's buffer when decoded, into the sender's bytes when encoded, so that 64 KiB of output
/// are not copied here. One owner, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace muster::wire {

inline constexpr std::uint8_t kLinkVersion = 1;
inline constexpr std::size_t kMaxLinkFrame = std::size_t{2} << 20U;
inline constexpr std::size_t kMaxKeysPerFrame = 10'000;

/// A node's X25519 key under CURVE: who it is to a gateway.
using TransportKey = std::array<std::uint8_t, 32>;

struct GatewayHello {
  std::uint8_t version = kLinkVersion;
  std::array<std::uint8_t, 16> instance{};  ///< new at each start of the gateway
  TransportKey key{};                       ///< the gateway's own
  std::string address;                      ///< "HOST:PORT" where it listens
};
struct Allow {
  std::vector<TransportKey> keys;
  bool replace = false;  ///< these and no others
};
struct Revoke {
  std::vector<TransportKey> keys;
};
struct Send {
  BytesView route;
  BytesView payload;
};
struct Received {
  BytesView route;
  TransportKey key{};
  BytesView payload;
};
struct Admit {
  std::uint32_t sessions_per_second = 0;
};
struct Counters {
  std::map<std::string, std::uint64_t> values;
};

using LinkFrame = std::variant<GatewayHello, Allow, Revoke, Send, Received, Admit, Counters>;

/// The frame with its length before it.
[[nodiscard]] Bytes encode_link(const LinkFrame& frame);

/// All of a SEND or RECEIVED but the payload, which must follow: for sending a payload from where
/// it lies.
[[nodiscard]] Bytes begin_send(BytesView route, std::size_t payload_size);
[[nodiscard]] Bytes begin_received(BytesView route, const TransportKey& key,
                                   std::size_t payload_size);

/// `frame` is what FrameReader gave. Errors: Corrupt for another shape, ResourceExhausted for a
/// limit passed.
[[nodiscard]] Result<LinkFrame> decode_link(BytesView frame);

/// Cuts a stream of bytes into frames. Holds at most one frame and one read.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_frame = kMaxLinkFrame) : max_frame_(max_frame) {}

  /// Where the next bytes of the stream go; never empty. Ends the life of frames given out before.
  [[nodiscard]] std::span<std::uint8_t> prepare();
  /// Says how many bytes were put there.
  void commit(std::size_t count);
  /// The next whole frame without its length, or nothing yet. It lives until prepare().
  /// Errors: ResourceExhausted for a length beyond the limit; the stream is of no use from then on.
  [[nodiscard]] Result<std::optional<BytesView>> next();

 private:
  std::size_t max_frame_;
  Bytes buffer_;
  std::size_t begin_ = 0;  // of what was not given out yet
  std::size_t end_ = 0;    // of what was read
};

}  // namespace muster::wire
