#include "net/http_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace muster::http {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

Result<Address> parse_address(const std::string& text, std::uint16_t port) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.length = sizeof *v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.length = sizeof *v6;
  } else {
    return fail(
        ErrorCode::InvalidArgument,
        "'" + text + "' is not an IP address to listen on; use for example 0.0.0.0 or 127.0.0.1");
  }
  return address;
}

tl::unexpected<Error> fail_bind(const std::string& where, int error) {
  if (error == EADDRINUSE) {
    return fail(ErrorCode::Conflict,
                "cannot listen on " + where +
                    ": the port is in use; stop the other program or choose another port");
  }
  if (error == EADDRNOTAVAIL) {
    return fail(ErrorCode::InvalidArgument,
                "cannot listen on " + where + ": this machine has no such address");
  }
  return fail_errno("listen on " + where, error);
}

Result<std::uint16_t> bound_port(int fd) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length) != 0) {
    return fail_errno("ask for the port", errno);
  }
  return bound.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

}  // namespace

Result<Listener> listen_on(const std::string& address, std::uint16_t port) {
  const auto parsed = parse_address(address, port);
  if (!parsed) return tl::unexpected(parsed.error());
  const std::string where = address + " port " + std::to_string(port);
  UniqueFd fd(::socket(parsed->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno("make a socket", errno);
  const int yes = 1;
  const int no = 0;
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (parsed->storage.ss_family == AF_INET6) {
    (void)::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  }
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&parsed->storage), parsed->length) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0) {
    return fail_bind(where, errno);
  }
  const auto chosen = bound_port(fd.get());
  if (!chosen) return tl::unexpected(chosen.error());
  return Listener{std::move(fd), *chosen};
}

std::string address_text(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address == nullptr) return {};
  if (address->sa_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text.data(),
                text.size());
  } else if (address->sa_family == AF_INET6) {
    const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      ::inet_ntop(AF_INET, &v6.s6_addr[12], text.data(), text.size());
    } else {
      ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
    }
  }
  return text.data();
}

}  // namespace muster::http
