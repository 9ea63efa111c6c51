/// Networks in CIDR notation, IPv4 and IPv6. Private to the selector.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::selector {

class Network {
 public:
  /// "10.0.0.0/8", "fd00::/8", or one address. Nothing for anything else. Bits beyond the prefix
  /// do not count.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);
  /// Whether there are such bits: it was written as 10.1.2.3/8.
  [[nodiscard]] bool has_more_bits() const;
  /// Whether one of the comma-separated addresses is in it. An IPv4 address is in no IPv6 network.
  [[nodiscard]] bool has_one_of(std::string_view addresses) const;

 private:
  struct Address {
    std::array<std::uint8_t, 16> bytes{};
    unsigned bits = 0;  // 32 or 128
  };
  [[nodiscard]] static std::optional<Address> parse_address(std::string_view text);
  [[nodiscard]] bool has(const Address& address) const;

  Address address_;
  unsigned prefix_ = 0;
};

}  // namespace muster::selector
