#include <algorithm>
#include <muster/core/wire/envelope.hpp>

namespace muster::wire {
namespace {

// Written by hand and not with a library: the header is authenticated as these very bytes, so there
// must be exactly one encoding of each, and a body must be neither copied nor looked into.
constexpr std::uint8_t kArrayOf5 = 0x95;
constexpr std::uint8_t kArrayOf6 = 0x96;
constexpr std::uint8_t kUint8 = 0xcc;
constexpr std::uint8_t kBin8 = 0xc4;

std::uint8_t* put_big_endian(std::uint8_t* out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) *out++ = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}

std::uint8_t* put_uint(std::uint8_t* out, std::uint64_t value) {
  if (value < 0x80) return put_big_endian(out, value, 1);
  unsigned log2 = 0;  // of the width in bytes
  while (log2 < 3 && value >> (8U << log2) != 0) ++log2;
  *out++ = static_cast<std::uint8_t>(kUint8 + log2);
  return put_big_endian(out, value, 1U << log2);
}

std::uint8_t* put_bin_header(std::uint8_t* out, std::size_t size) {
  unsigned log2 = 0;
  while (log2 < 2 && size >> (8U << log2) != 0) ++log2;
  *out++ = static_cast<std::uint8_t>(kBin8 + log2);
  return put_big_endian(out, size, 1U << log2);
}

std::uint8_t* put_header(std::uint8_t* out, std::uint8_t array, const Header& header) {
  *out++ = array;
  out = put_uint(out, kVersion);
  out = put_uint(out, static_cast<std::uint64_t>(header.type));
  out = put_uint(out, header.session);
  out = put_uint(out, header.seq);
  return put_uint(out, header.ack);
}

/// Reads the few kinds of values that an envelope has; ok() turns false for good at the first
/// surprise.
class Cursor {
 public:
  explicit Cursor(BytesView bytes) : rest_(bytes) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] BytesView rest() const { return rest_; }

  std::uint64_t big_endian(unsigned bytes) {
    if (rest_.size() < bytes) ok_ = false;
    if (!ok_) return 0;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value = value << 8U | rest_[i];
    rest_ = rest_.subspan(bytes);
    return value;
  }
  std::uint64_t uint() {
    const auto first = big_endian(1);
    if (first < 0x80) return first;
    return sized(first, kUint8, 3, 0x80);
  }
  std::uint64_t bin_size() { return sized(big_endian(1), kBin8, 2, 0); }

 private:
  /// The number after a tag of 1, 2, 4 or 8 bytes; `smallest` is what a shorter form would have
  /// held.
  std::uint64_t sized(std::uint64_t tag, std::uint8_t base, unsigned most, std::uint64_t smallest) {
    if (tag < base || tag > base + most) ok_ = false;
    if (!ok_) return 0;
    const unsigned log2 = static_cast<unsigned>(tag - base);
    const auto value = big_endian(1U << log2);
    const auto least = log2 == 0 ? smallest : std::uint64_t{1} << (4U << log2);
    if (value < least) ok_ = false;  // not the shortest form
    return value;
  }

  BytesView rest_;
  bool ok_ = true;
};

}  // namespace

AssociatedData::AssociatedData(const Header& header) {
  static_assert(1 + 1 + 2 + 9 + 9 + 9 <= 32);
  size_ = static_cast<std::size_t>(put_header(bytes_.data(), kArrayOf5, header) - bytes_.data());
}

Bytes begin_envelope(const Header& header, std::size_t body_size) {
  std::array<std::uint8_t, 40> start{};
  auto* end = put_header(start.data(), kArrayOf6, header);
  end = put_bin_header(end, body_size);
  Bytes out;
  out.reserve(static_cast<std::size_t>(end - start.data()) + body_size);
  out.assign(start.data(), end);
  return out;
}

Bytes encode_envelope(const Header& header, BytesView body) {
  Bytes out = begin_envelope(header, body.size());
  append(out, body);
  return out;
}

tl::expected<Envelope, Violation> decode_envelope(BytesView frame) {
  if (frame.size() > kMaxFrame) return tl::unexpected(Violation::Limit);
  Cursor cursor(frame);
  if (cursor.big_endian(1) != kArrayOf6) return tl::unexpected(Violation::Shape);
  const auto version = cursor.uint();
  if (!cursor.ok()) return tl::unexpected(Violation::Shape);
  // Before the rest is looked at, because a later version may have another rest.
  if (version != kVersion) return tl::unexpected(Violation::Version);
  const auto type_number = cursor.uint();
  Envelope envelope;
  envelope.header.session = cursor.uint();
  envelope.header.seq = cursor.uint();
  envelope.header.ack = cursor.uint();
  const auto size = cursor.bin_size();
  if (!cursor.ok() || cursor.rest().size() != size) return tl::unexpected(Violation::Shape);
  const auto type = message_type_from(type_number);
  if (!type) return tl::unexpected(Violation::Type);
  envelope.header.type = *type;
  envelope.body = cursor.rest();
  const auto& header = envelope.header;
  if (is_outside_session(*type)) {
    if (header.session != 0) return tl::unexpected(Violation::Session);
    if (header.seq != 0 || header.ack != 0) return tl::unexpected(Violation::Sequence);
  } else {
    if (header.session == 0) return tl::unexpected(Violation::Session);
    if (header.seq == 0) return tl::unexpected(Violation::Sequence);
  }
  return envelope;
}

Bytes encode_retry(Retry retry) {
  return encode_envelope({MessageType::Retry, 0, 0, 0}, encode(retry));
}

std::optional<Retry> read_retry(const Envelope& envelope) {
  if (envelope.header.type != MessageType::Retry) return std::nullopt;
  const auto retry = decode<Retry>(envelope.body);
  return retry ? std::optional(*retry) : std::nullopt;
}

}  // namespace muster::wire
