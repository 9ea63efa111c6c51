#include <algorithm>
#include <muster/core/wire/gateway_link.hpp>

#include "archive.hpp"

namespace muster::wire {
namespace {

enum class LinkType : std::uint8_t {
  Hello = 1,
  Allow = 2,
  Revoke = 3,
  Send = 4,
  Received = 5,
  Admit = 6,
  Counters = 7,
};

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kMaxRoute = 255;
constexpr std::size_t kMaxCounters = 256;
constexpr std::size_t kReadChunk = std::size_t{256} << 10U;

/// The frame without its first field, the type, which decides what the others are.
struct TypeOnly {
  std::uint8_t type = 0;
};
template <class A, Like<TypeOnly> T>
void fields(A& archive, T& m) {
  archive(m.type);
}

void put_length(Bytes& frame, std::size_t payload_to_come) {
  const auto size = frame.size() - kLengthBytes + payload_to_come;
  for (unsigned i = 0; i < kLengthBytes; ++i) frame[i] = static_cast<std::uint8_t>(size >> (8 * i));
}

std::uint8_t type_of(const GatewayHello&) { return static_cast<std::uint8_t>(LinkType::Hello); }
std::uint8_t type_of(const Allow&) { return static_cast<std::uint8_t>(LinkType::Allow); }
std::uint8_t type_of(const Revoke&) { return static_cast<std::uint8_t>(LinkType::Revoke); }
std::uint8_t type_of(const Send&) { return static_cast<std::uint8_t>(LinkType::Send); }
std::uint8_t type_of(const Received&) { return static_cast<std::uint8_t>(LinkType::Received); }
std::uint8_t type_of(const Admit&) { return static_cast<std::uint8_t>(LinkType::Admit); }
std::uint8_t type_of(const Counters&) { return static_cast<std::uint8_t>(LinkType::Counters); }

}  // namespace

template <class A, Like<GatewayHello> T>
void fields(A& archive, T& m) {
  auto type = type_of(m);
  archive(type, m.version, m.instance, m.key, at_most(kMaxName, m.address));
}
template <class A, Like<Allow> T>
void fields(A& archive, T& m) {
  auto type = type_of(m);
  archive(type, at_most(kMaxKeysPerFrame, m.keys), m.replace);
}
template <class A, Like<Revoke> T>
void fields(A& archive, T& m) {
  auto type = type_of(m);
  archive(type, at_most(kMaxKeysPerFrame, m.keys));
}
template <class A, Like<Send> T>
void fields(A& archive, T& m) {
  auto type = type_of(m);
  archive(type, at_most(kMaxRoute, m.route), at_most(kMaxLinkFrame, m.payload));
}
template <class A, Like<Received> T>
void fields(A& archive, T& m) {
  auto type = type_of(m);
  archive(type, at_most(kMaxRoute, m.route), m.key, at_most(kMaxLinkFrame, m.payload));
}
template <class A, Like<Admit> T>
void fields(A& archive, T& m) {
  auto type = type_of(m);
  archive(type, m.sessions_per_second);
}
template <class A, Like<Counters> T>
void fields(A& archive, T& m) {
  auto type = type_of(m);
  archive(type, at_most(kMaxCounters, m.values));
}

namespace {

template <class Frame>
Bytes encode_frame(const Frame& frame) {
  Bytes out(kLengthBytes);
  Encoder encoder(out);
  fields(encoder, frame);
  put_length(out, 0);
  return out;
}

/// Encodes with an empty payload, then says another size for it: bin 32 for every size, so that the
/// place of the length is known.
template <class Frame>
Bytes begin_frame(const Frame& frame, std::size_t payload_size) {
  Bytes out = encode_frame(frame);
  out.resize(out.size() - 2);  // an empty bin 8
  out.push_back(0xc6);
  for (unsigned i = 4; i-- > 0;) out.push_back(static_cast<std::uint8_t>(payload_size >> (8 * i)));
  put_length(out, payload_size);
  return out;
}

template <class Frame>
Result<LinkFrame> decode_frame(const msgpack::object& object) {
  Frame frame;
  auto fault = DecodeFault::None;
  Decoder decoder(object, fault);
  fields(decoder, frame);
  if (fault != DecodeFault::None) return fail_decode(fault);
  return LinkFrame(std::move(frame));
}

Result<LinkFrame> decode_typed(std::uint8_t type, const msgpack::object& object) {
  switch (static_cast<LinkType>(type)) {
    case LinkType::Hello:
      return decode_frame<GatewayHello>(object);
    case LinkType::Allow:
      return decode_frame<Allow>(object);
    case LinkType::Revoke:
      return decode_frame<Revoke>(object);
    case LinkType::Send:
      return decode_frame<Send>(object);
    case LinkType::Received:
      return decode_frame<Received>(object);
    case LinkType::Admit:
      return decode_frame<Admit>(object);
    case LinkType::Counters:
      return decode_frame<Counters>(object);
  }
  return fail(ErrorCode::Corrupt, "a frame of an unknown type came over the link");
}

}  // namespace

Bytes encode_link(const LinkFrame& frame) {
  return std::visit([](const auto& one) { return encode_frame(one); }, frame);
}

Bytes begin_send(BytesView route, std::size_t payload_size) {
  return begin_frame(Send{route, {}}, payload_size);
}

Bytes begin_received(BytesView route, const TransportKey& key, std::size_t payload_size) {
  return begin_frame(Received{route, key, {}}, payload_size);
}

Result<LinkFrame> decode_link(BytesView frame) {
  const auto parsed = parse_msgpack(frame);
  if (!parsed) return fail_decode(DecodeFault::Shape);
  TypeOnly only;
  auto fault = DecodeFault::None;
  Decoder decoder(parsed->get(), fault);
  fields(decoder, only);
  if (fault != DecodeFault::None) return fail_decode(fault);
  return decode_typed(only.type, parsed->get());
}

std::span<std::uint8_t> FrameReader::prepare() {
  // Moves the rest to the front only when it is short or there is no room, so that a stream of
  // large frames is not copied for each.
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > 0 && buffer_.size() - end_ < kReadChunk) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kReadChunk) buffer_.resize(end_ + kReadChunk);
  return std::span(buffer_).subspan(end_);
}

void FrameReader::commit(std::size_t count) { end_ += count; }

Result<std::optional<BytesView>> FrameReader::next() {
  const BytesView rest = BytesView(buffer_).subspan(begin_, end_ - begin_);
  if (rest.size() < kLengthBytes) return std::nullopt;
  std::size_t size = 0;
  for (unsigned i = 0; i < kLengthBytes; ++i) size |= std::size_t{rest[i]} << (8 * i);
  if (size > max_frame_) {
    return fail(ErrorCode::ResourceExhausted,
                "a frame of " + std::to_string(size) + " bytes is beyond the link's limit");
  }
  if (rest.size() < kLengthBytes + size) return std::nullopt;
  begin_ += kLengthBytes + size;
  return std::optional(rest.subspan(kLengthBytes, size));
}

}  // namespace muster::wire
