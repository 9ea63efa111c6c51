#include "journal/crc32c.hpp"

#include <array>

namespace muster::journal {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t sum = i;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = sum;
  }
  return table;
}

constexpr auto kTable = make_table();

}  // namespace

std::uint32_t crc32c(BytesView data, std::uint32_t before) {
  std::uint32_t sum = ~before;
  for (const auto byte : data) sum = (sum >> 8U) ^ kTable[(sum ^ byte) & 0xFFU];
  return ~sum;
}

}  // namespace muster::journal
