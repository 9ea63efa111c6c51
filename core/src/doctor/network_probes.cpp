#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <muster/core/base/fd.hpp>
#include <muster/core/doctor/probes.hpp>
#include <system_error>

namespace muster::doctor {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

constexpr std::size_t kMostNamed = 4;  // addresses in a sentence

std::string reason(int error_number) { return std::generic_category().message(error_number); }

/// Nobody, and why not in `why`, when the name has no address.
AddressList resolve(const std::string& host, const std::string& port, std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status =
      ::getaddrinfo(host.c_str(), port.empty() ? nullptr : port.c_str(), &hints, &found);
  if (status != 0) why = status == EAI_SYSTEM ? reason(errno) : ::gai_strerror(status);
  return {found, &::freeaddrinfo};
}

std::string text_of(const addrinfo& address) {
  std::array<char, NI_MAXHOST> text{};
  const int status = ::getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(),
                                   nullptr, 0, NI_NUMERICHOST);
  return status == 0 ? text.data() : "?";
}

/// The error number of a connection to it; 0 when it was made.
int connect_to(const addrinfo& address, std::chrono::milliseconds timeout) {
  const UniqueFd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return errno;
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waits{socket.get(), POLLOUT, 0};
  const int ready = ::poll(&waits, 1, static_cast<int>(timeout.count()));
  if (ready == 0) return ETIMEDOUT;
  if (ready < 0) return errno;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

}  // namespace

Check probe_name(const std::string& host) {
  std::string why;
  const auto found = resolve(host, {}, why);
  if (!found) {
    return failed("name", host + " has no address: " + why,
                  "look at /etc/resolv.conf and /etc/hosts, or name the address itself");
  }
  std::string addresses;
  std::size_t count = 0;
  for (const auto* next = found.get(); next != nullptr; next = next->ai_next) {
    if (++count > kMostNamed) continue;
    addresses += (addresses.empty() ? "" : ", ") + text_of(*next);
  }
  if (count > kMostNamed) addresses += " and " + std::to_string(count - kMostNamed) + " more";
  return ok("name", addresses == host ? host + " is an address" : host + " is " + addresses);
}

Check probe_port(const std::string& peer, const std::string& host, std::uint16_t port,
                 std::chrono::milliseconds timeout) {
  const auto where =
      (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  std::string why;
  const auto found = resolve(host, std::to_string(port), why);
  if (!found) return unknown(peer, "nobody could be asked: " + host + " has no address");
  int error = 0;
  for (const auto* next = found.get(); next != nullptr; next = next->ai_next) {
    error = connect_to(*next, timeout);
    if (error == 0) return ok(peer, "it listens at " + where);
  }
  const std::string advice =
      error == ECONNREFUSED ? "look whether it runs there, and whether the port is right"
                            : "look for a firewall between here and there that drops this port";
  return failed(peer, "no connection to " + where + ": " + reason(error), advice);
}

}  // namespace muster::doctor
