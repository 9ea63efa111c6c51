#include <sys/random.h>

#include <cstdlib>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/ids.hpp>

namespace muster::detail {

std::string uuid_text(const std::array<std::uint8_t, 16>& bytes) {
  std::string text = to_hex(bytes);
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) text.insert(dash, 1, '-');
  return text;
}

std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash_here = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash_here != (text[i] == '-')) return std::nullopt;
    if (!dash_here) digits.push_back(text[i]);
  }
  Bytes raw;
  if (!from_hex(digits, raw)) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), raw.data(), bytes.size());
  return bytes;
}

std::array<std::uint8_t, 16> random_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  // 16 bytes are never short once the kernel's pool is seeded; without randomness no identity is
  // safe.
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  return bytes;
}

}  // namespace muster::detail
