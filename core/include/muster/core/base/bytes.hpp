/// Raw bytes, and the two ways we look at them. No encoding, no meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

[[nodiscard]] inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes to_bytes(BytesView bytes) { return {bytes.begin(), bytes.end()}; }
/// Puts `more`, which must not lie in `out`, behind `out`.
void append(Bytes& out, BytesView more);

/// Lower-case hexadecimal, two digits a byte.
[[nodiscard]] std::string to_hex(BytesView bytes);

/// The bytes that `hex` names; nothing when it has an odd length or another character. Takes both
/// cases.
[[nodiscard]] bool from_hex(std::string_view hex, Bytes& out);

}  // namespace muster
