#include <cerrno>
#include <cstring>
#include <muster/core/net/unix_socket.hpp>

#include "unix_address.hpp"

namespace muster::net {

Result<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto& text = path.native();
  if (text.empty() || text.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::InvalidArgument,
                "the socket path " + text + " is longer than 107 bytes; choose a shorter one");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size());
  return address;
}

Result<UniqueFd> connect_unix(const std::filesystem::path& path) {
  const auto address = unix_address(path);
  if (!address) return tl::unexpected(address.error());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail_errno("make a unix socket", errno);
  if (::connect(socket.get(), as_sockaddr(*address), sizeof *address) != 0) {
    if (errno == ECONNREFUSED || errno == ENOENT || errno == EAGAIN) {
      return fail(ErrorCode::Unavailable, "nobody listens on " + path.string());
    }
    return fail_errno("connect to " + path.string(), errno);
  }
  return socket;
}

}  // namespace muster::net
