/// Answers libzmq's question whether a key may connect (ZAP, RFC 27), in the gateway's own loop.
///
/// The question is asked after the handshake proved the key. Must exist before the ROUTER is bound.
/// [loop]
#pragma once

#include <cstdint>
#include <memory>
#include <muster/core/net/zmq_socket.hpp>
#include <vector>

#include "allow_list.hpp"

namespace muster::gateway {

class ZapHandler {
 public:
  /// All three must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<ZapHandler>> create(const net::ZmqContext& context,
                                                                  run::EventLoop& loop,
                                                                  const AllowList& allowed);
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  ZapHandler(run::EventLoop& loop, net::ZmqSocket socket, const AllowList& allowed);
  void answer_all();
  void answer(const std::vector<net::ZmqMessage>& request);

  net::ZmqSocket socket_;
  const AllowList& allowed_;
  std::uint64_t refused_ = 0;
  net::ZmqWatch watch_;
};

}  // namespace muster::gateway
