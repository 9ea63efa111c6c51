#include <bit>
#include <cmath>
#include <limits>
#include <muster/sdk/msgpack.hpp>

namespace muster::sdk {
namespace {

tl::unexpected<Error> corrupt(const char* why) {
  return fail(ErrorCode::Corrupt, std::string("the payload is not msgpack: ") + why);
}

tl::unexpected<Error> not_a(const char* what) {
  return fail(ErrorCode::InvalidArgument, std::string("is not ") + what);
}

/// A float without a fraction is an integer too, as in JSON Schema.
Result<std::int64_t> whole(double value) {
  if (std::trunc(value) != value) return not_a("an integer");
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (value < -kEnd || value >= kEnd) return not_a("an integer of 64 bits with a sign");
  return static_cast<std::int64_t>(value);
}

bool within(std::uint8_t head, std::uint8_t first, std::uint8_t last) {
  return head >= first && head <= last;
}

}  // namespace

Result<Reader::Kind> Reader::peek() const {
  if (rest_.empty()) return corrupt("it ends too early");
  const auto head = static_cast<std::uint8_t>(rest_.front());
  if (head <= 0x7f || within(head, 0xcc, 0xcf)) return Kind::UInt;
  if (head >= 0xe0 || within(head, 0xd0, 0xd3)) return Kind::Int;
  if (within(head, 0x80, 0x8f) || head == 0xde || head == 0xdf) return Kind::Map;
  if (within(head, 0x90, 0x9f) || head == 0xdc || head == 0xdd) return Kind::Array;
  if (within(head, 0xa0, 0xbf) || within(head, 0xd9, 0xdb)) return Kind::String;
  if (within(head, 0xc4, 0xc6)) return Kind::Binary;
  if (head == 0xc0) return Kind::Nil;
  if (head == 0xc2 || head == 0xc3) return Kind::Bool;
  if (head == 0xca || head == 0xcb) return Kind::Float;
  return corrupt("a type that payloads do not use");
}

Result<std::uint8_t> Reader::head() {
  auto byte = take(1);
  if (!byte) return tl::unexpected(byte.error());
  return static_cast<std::uint8_t>(byte->front());
}

Result<std::string_view> Reader::take(std::uint64_t bytes) {
  if (bytes > rest_.size()) return corrupt("it ends too early");
  const auto taken = rest_.substr(0, static_cast<std::size_t>(bytes));
  rest_.remove_prefix(taken.size());
  return taken;
}

Result<std::uint64_t> Reader::big_endian(std::size_t bytes) {
  auto taken = take(bytes);
  if (!taken) return tl::unexpected(taken.error());
  std::uint64_t value = 0;
  for (const char byte : *taken) value = value << 8U | static_cast<std::uint8_t>(byte);
  return value;
}

/// The length behind one of `widths` consecutive heads of 1, 2 and 4 bytes (2 and 4 when there are
/// two).
Result<std::uint64_t> Reader::length(std::uint8_t head, std::uint8_t first, int widths) {
  const unsigned step = static_cast<unsigned>(head - first) + (widths == 2 ? 1U : 0U);
  return big_endian(std::size_t{1} << step);
}

Status Reader::read_nil() {
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind != Kind::Nil) return not_a("null");
  rest_.remove_prefix(1);
  return {};
}

Result<bool> Reader::read_bool() {
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind != Kind::Bool) return not_a("true or false");
  return *head() == 0xc3;
}

Result<std::int64_t> Reader::read_int() {
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind == Kind::Float) return read_double().and_then(whole);
  if (*kind != Kind::Int && *kind != Kind::UInt) return not_a("an integer");
  const auto first = *head();
  if (first <= 0x7f || first >= 0xe0) return static_cast<std::int8_t>(first);
  const bool is_signed = first >= 0xd0;
  const auto width = std::size_t{1} << static_cast<unsigned>(first - (is_signed ? 0xd0 : 0xcc));
  auto value = big_endian(width);
  if (!value) return tl::unexpected(value.error());
  if (!is_signed) {
    if (*value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return not_a("an integer of 64 bits with a sign");
    }
    return static_cast<std::int64_t>(*value);
  }
  const unsigned shift = 64U - 8U * static_cast<unsigned>(width);
  return static_cast<std::int64_t>(*value << shift) >> shift;
}

Result<double> Reader::read_double() {
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind == Kind::Int || *kind == Kind::UInt) {
    return read_int().map([](std::int64_t value) { return static_cast<double>(value); });
  }
  if (*kind != Kind::Float) return not_a("a number");
  const bool is_wide = *head() == 0xcb;
  auto bits = big_endian(is_wide ? 8 : 4);
  if (!bits) return tl::unexpected(bits.error());
  if (is_wide) return std::bit_cast<double>(*bits);
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(*bits)));
}

Result<std::string_view> Reader::read_string() {
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind != Kind::String) return not_a("a string");
  const auto first = *head();
  if (within(first, 0xa0, 0xbf)) return take(first & 0x1fU);
  return length(first, 0xd9, 3).and_then([this](std::uint64_t bytes) { return take(bytes); });
}

Result<std::string_view> Reader::read_binary() {
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind != Kind::Binary) return not_a("bytes");
  return length(*head(), 0xc4, 3).and_then([this](std::uint64_t bytes) { return take(bytes); });
}

Result<std::uint32_t> Reader::read_array() {
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind != Kind::Array) return not_a("an array");
  const auto first = *head();
  if (first <= 0x9f) return first & 0x0fU;
  return length(first, 0xdc, 2).map([](std::uint64_t n) { return static_cast<std::uint32_t>(n); });
}

Result<std::uint32_t> Reader::read_map() {
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind != Kind::Map) return not_a("an object");
  const auto first = *head();
  if (first <= 0x8f) return first & 0x0fU;
  return length(first, 0xde, 2).map([](std::uint64_t n) { return static_cast<std::uint32_t>(n); });
}

Result<std::string_view> Reader::read_any() {
  const auto before = rest_;
  if (auto skipped = skip(kMaxPayloadDepth); !skipped) return tl::unexpected(skipped.error());
  return before.substr(0, before.size() - rest_.size());
}

Status Reader::skip(int depth) {
  if (depth == 0) return corrupt("it is nested too deeply");
  auto kind = peek();
  if (!kind) return tl::unexpected(kind.error());
  const auto drop = [](auto&& read) {
    return read ? Status{} : Status(tl::unexpected(read.error()));
  };
  switch (*kind) {
    case Kind::Nil:
      return read_nil();
    case Kind::Bool:
      return drop(read_bool());
    case Kind::Int:
    case Kind::UInt: {
      const auto first = *head();
      if (first <= 0x7f || first >= 0xe0) return {};
      return drop(take(std::size_t{1} << (first & 3U)));
    }
    case Kind::Float:
      return drop(read_double());
    case Kind::String:
      return drop(read_string());
    case Kind::Binary:
      return drop(read_binary());
    case Kind::Array:
    case Kind::Map:
      break;
  }
  auto count = *kind == Kind::Map ? read_map() : read_array();
  if (!count) return tl::unexpected(count.error());
  const std::uint64_t values = *kind == Kind::Map ? 2 * std::uint64_t{*count} : *count;
  for (std::uint64_t i = 0; i < values; ++i) {
    if (auto skipped = skip(depth - 1); !skipped) return skipped;
  }
  return {};
}

void Writer::put(std::uint8_t head, std::uint64_t value, int bytes) {
  bytes_.push_back(static_cast<char>(head));
  for (int i = bytes - 1; i >= 0; --i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
}

void Writer::nil() { put(0xc0, 0, 0); }

void Writer::boolean(bool value) { put(value ? 0xc3 : 0xc2, 0, 0); }

void Writer::integer(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= 0) {
    if (value <= 0x7f) return put(static_cast<std::uint8_t>(value), 0, 0);
    if (value <= 0xff) return put(0xcc, bits, 1);
    if (value <= 0xffff) return put(0xcd, bits, 2);
    if (value <= 0xffff'ffff) return put(0xce, bits, 4);
    return put(0xcf, bits, 8);
  }
  if (value >= -32) return put(static_cast<std::uint8_t>(value), 0, 0);
  if (value >= -0x80) return put(0xd0, bits, 1);
  if (value >= -0x8000) return put(0xd1, bits, 2);
  if (value >= -0x8000'0000LL) return put(0xd2, bits, 4);
  put(0xd3, bits, 8);
}

void Writer::number(double value) { put(0xcb, std::bit_cast<std::uint64_t>(value), 8); }

void Writer::string(std::string_view text) {
  const auto size = text.size();
  if (size <= 31) {
    put(static_cast<std::uint8_t>(0xa0U | size), 0, 0);
  } else if (size <= 0xff) {
    put(0xd9, size, 1);
  } else if (size <= 0xffff) {
    put(0xda, size, 2);
  } else {
    put(0xdb, size, 4);
  }
  bytes_.append(text);
}

void Writer::binary(std::string_view bytes) {
  const auto size = bytes.size();
  if (size <= 0xff) {
    put(0xc4, size, 1);
  } else if (size <= 0xffff) {
    put(0xc5, size, 2);
  } else {
    put(0xc6, size, 4);
  }
  bytes_.append(bytes);
}

void Writer::array(std::size_t elements) {
  if (elements <= 15) return put(static_cast<std::uint8_t>(0x90U | elements), 0, 0);
  if (elements <= 0xffff) return put(0xdc, elements, 2);
  put(0xdd, elements, 4);
}

void Writer::map(std::size_t entries) {
  if (entries <= 15) return put(static_cast<std::uint8_t>(0x80U | entries), 0, 0);
  if (entries <= 0xffff) return put(0xde, entries, 2);
  put(0xdf, entries, 4);
}

}  // namespace muster::sdk
