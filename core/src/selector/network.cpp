#include "network.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <string>

namespace muster::selector {

std::optional<Network::Address> Network::parse_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
  } else if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
  } else {
    return std::nullopt;
  }
  return address;
}

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network;
  network.address_ = *address;
  network.prefix_ = address->bits;
  if (slash == std::string_view::npos) return network;
  const auto digits = text.substr(slash + 1);
  const auto* end = digits.data() + digits.size();
  const auto [stopped, wrong] = std::from_chars(digits.data(), end, network.prefix_);
  const bool good = !digits.empty() && wrong == std::errc{} && stopped == end;
  if (!good || network.prefix_ > address->bits) return std::nullopt;
  return network;
}

bool Network::has_more_bits() const {
  for (unsigned bit = prefix_; bit < address_.bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if ((address_.bytes.at(bit / 8) & mask) != 0) return true;
  }
  return false;
}

bool Network::has(const Address& address) const {
  if (address.bits != address_.bits) return false;
  for (unsigned bit = 0; bit < prefix_; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((address.bytes.at(bit / 8) ^ address_.bytes.at(bit / 8)) & mask) != 0) return false;
  }
  return true;
}

bool Network::has_one_of(std::string_view addresses) const {
  for (;;) {
    const auto comma = addresses.find(',');
    const auto address = parse_address(addresses.substr(0, comma));
    if (address && has(*address)) return true;
    if (comma == std::string_view::npos) return false;
    addresses.remove_prefix(comma + 1);
  }
}

}  // namespace muster::selector
