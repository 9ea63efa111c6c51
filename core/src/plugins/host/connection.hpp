/// The host's end of the socket to its agent.
///
/// One per process. send() is [any] and blocks while the agent does not read, which is how a plugin
/// that floods is held back; receive() belongs to the main thread. When the agent is gone the
/// process ends at once: nobody is left to tell.
#pragma once

#include <muster/core/base/fd.hpp>
#include <muster/core/plugins/frames.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <mutex>

namespace muster::plugins {

class Connection {
 public:
  explicit Connection(UniqueFd socket) : socket_(std::move(socket)) {}

  void send(const ToAgent& frame);
  /// The next frame. Blocks. A violation by the agent ends the process with exit code 3.
  [[nodiscard]] ToHost receive();

 private:
  UniqueFd socket_;
  wire::FrameReader reader_{kMaxFrame};
  std::mutex writing_;
};

}  // namespace muster::plugins
