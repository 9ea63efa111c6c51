#include "archive.hpp"

#include <exception>

namespace muster::wire {
namespace {

constexpr std::size_t kMaxItems = 10'000;  // of one list: the keys of an ALLOW

}  // namespace

std::optional<msgpack::object_handle> parse_msgpack(BytesView bytes) {
  // The parser allocates for what a header claims, so no claim may go beyond what any message
  // holds.
  const auto items = std::min(bytes.size(), kMaxItems);
  const msgpack::unpack_limit limits(items, items, bytes.size(), bytes.size(), 0, kMaxDepth);
  const auto in_place = [](msgpack::type::object_type, std::size_t, void*) { return true; };
  try {
    std::size_t end = 0;
    msgpack::object_handle handle = msgpack::unpack(reinterpret_cast<const char*>(bytes.data()),
                                                    bytes.size(), end, in_place, nullptr, limits);
    if (end != bytes.size()) return std::nullopt;
    return handle;
  } catch (const std::exception&) {  // how this library says that the input is bad
    return std::nullopt;
  }
}

tl::unexpected<Error> fail_decode(DecodeFault fault) {
  if (fault == DecodeFault::Limit) {
    return fail(ErrorCode::ResourceExhausted, "a size in the message is beyond its limit");
  }
  return fail(ErrorCode::Corrupt, "the message has not the shape of its type");
}

}  // namespace muster::wire
