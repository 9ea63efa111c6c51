#include "events/webhook_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace muster::controller {
namespace {

struct Net4 {
  std::uint32_t address;
  unsigned bits;
};
constexpr std::uint32_t ip(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

// Link-local and two more at which machines of a cloud get credentials, unspecified, multicast,
// reserved.
constexpr std::array<Net4, 6> kForbidden4{{{ip(0, 0, 0, 0), 8},
                                           {ip(169, 254, 0, 0), 16},
                                           {ip(100, 100, 100, 200), 32},
                                           {ip(168, 63, 129, 16), 32},
                                           {ip(224, 0, 0, 0), 4},
                                           {ip(240, 0, 0, 0), 4}}};
constexpr std::array<Net4, 7> kPrivate4{{{ip(10, 0, 0, 0), 8},
                                         {ip(100, 64, 0, 0), 10},
                                         {ip(127, 0, 0, 0), 8},
                                         {ip(172, 16, 0, 0), 12},
                                         {ip(192, 0, 0, 0), 24},
                                         {ip(192, 168, 0, 0), 16},
                                         {ip(198, 18, 0, 0), 15}}};

struct Net6 {
  std::array<std::uint8_t, 16> address;
  unsigned bits;
};
// The first two are where AWS and Google Cloud have what 169.254.169.254 is in IPv4.
constexpr std::array<Net6, 3> kForbidden6{{
    {{0xfd, 0, 0x0e, 0xc2}, 32},
    {{0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54}, 128},
    {{0x20, 0x01, 0, 0}, 32},  // Teredo: hides an IPv4 address
}};
constexpr Net6 kGlobal6{{0x20}, 3};  // all other space is special or not given out yet
constexpr std::array<Net6, 3> kPrivate6{{
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},  // loopback
    {{0xfc}, 7},                                              // unique local
    {{0xfe, 0xc0}, 10},                                       // site-local, of old
}};

bool within(std::uint32_t address, const Net4& net) {
  return ((address ^ net.address) >> (32U - net.bits)) == 0;
}

bool within(const std::array<std::uint8_t, 16>& address, const Net6& net) {
  const auto whole = net.bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, net.address.begin())) return false;
  const auto rest = net.bits % 8;
  return rest == 0 || ((address.at(whole) ^ net.address.at(whole)) >> (8U - rest)) == 0;
}

template <class Address, class Nets>
bool within_any(const Address& address, const Nets& nets) {
  return std::any_of(nets.begin(), nets.end(),
                     [&](const auto& net) { return within(address, net); });
}

AddressKind kind_of_4(std::uint32_t address) {
  if (within_any(address, kForbidden4)) return AddressKind::Forbidden;
  return within_any(address, kPrivate4) ? AddressKind::Private : AddressKind::Public;
}

/// The IPv4 address that an IPv6 address stands for.
std::optional<std::uint32_t> inner_4(const std::array<std::uint8_t, 16>& address) {
  constexpr std::array<Net6, 3> kAtEnd{{
      {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},  // mapped
      {{0, 0x64, 0xff, 0x9b}, 96},                       // NAT64
      {{0}, 96},                                         // compatible, of old
  }};
  constexpr Net6 k6to4{{0x20, 0x02}, 16};
  const auto at = [&](std::size_t begin) {
    return ip(address.at(begin), address.at(begin + 1), address.at(begin + 2),
              address.at(begin + 3));
  };
  if (within(address, k6to4)) return at(2);
  const bool at_end = within_any(address, kAtEnd) && !within(address, kPrivate6[0]);
  return at_end ? std::optional(at(12)) : std::nullopt;
}

std::string text_of(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  if (address.sa_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  }
  const auto* written = ::inet_ntop(address.sa_family, bytes, text.data(), text.size());
  return written == nullptr ? "an unknown kind of address" : text.data();
}

}  // namespace

AddressKind kind_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return kind_of_4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return AddressKind::Forbidden;
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
  if (const auto inner = inner_4(bytes)) return kind_of_4(*inner);
  if (within_any(bytes, kForbidden6)) return AddressKind::Forbidden;
  if (within_any(bytes, kPrivate6)) return AddressKind::Private;
  return within(bytes, kGlobal6) ? AddressKind::Public : AddressKind::Forbidden;
}

std::string refusal_of(const sockaddr& address, const AddressRule& rule) {
  switch (kind_of(address)) {
    case AddressKind::Forbidden:
      return text_of(address) + " is an address to which no webhook is sent";
    case AddressKind::Private:
      if (rule.allow_private) return {};
      return text_of(address) +
             " is an address of a private network, which this webhook may not "
             "be sent to; allow it with --allow-private";
    case AddressKind::Public:
      if (!rule.plain) return {};
      return text_of(address) + " is a public address, to which webhooks go by https only";
  }
  return text_of(address);
}

}  // namespace muster::controller
