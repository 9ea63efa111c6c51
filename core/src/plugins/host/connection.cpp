#include "connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace muster::plugins {
namespace {

constexpr int kExitProtocol = 3;

}  // namespace

void Connection::send(const ToAgent& frame) {
  const Bytes bytes = encode(frame);
  const std::lock_guard lock(writing_);
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count =
        ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ::_exit(0);
    sent += static_cast<std::size_t>(count);
  }
}

ToHost Connection::receive() {
  for (;;) {
    const auto frame = reader_.next();
    if (!frame) ::_exit(kExitProtocol);
    if (*frame) {
      auto decoded = decode_to_host(**frame);
      if (!decoded) ::_exit(kExitProtocol);
      return std::move(*decoded);
    }
    const auto space = reader_.prepare();
    const auto count = ::recv(socket_.get(), space.data(), space.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(0);
    reader_.commit(static_cast<std::size_t>(count));
  }
}

}  // namespace muster::plugins
