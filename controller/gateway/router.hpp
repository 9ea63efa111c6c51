/// The gateway's port: a ZeroMQ ROUTER under CURVE that takes and gives single frames.
///
/// It knows keys and return addresses, not what is said. [loop]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <muster/core/net/curve_keys.hpp>
#include <muster/core/net/endpoint.hpp>
#include <muster/core/net/zmq_socket.hpp>
#include <string>

#include "handshakes.hpp"

namespace muster::gateway {

class Router {
 public:
  /// A single frame from a key that the handshake proved. The message may be moved from.
  using OnFrame =
      std::function<void(BytesView route, const wire::TransportKey& key, net::ZmqMessage& payload)>;

  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Port 0 takes a free one. A ZapHandler must be there already. Errors:
  /// Conflict for a port in use, InvalidArgument, PermissionDenied.
  [[nodiscard]] static Result<std::unique_ptr<Router>> listen(const net::ZmqContext& context,
                                                              run::EventLoop& loop,
                                                              const net::Endpoint& listen_on,
                                                              const net::TransportKeyPair& key,
                                                              OnFrame on_frame);

  /// Errors: NotFound when the route is gone, Unavailable when it takes no more. Never waits.
  [[nodiscard]] Status send(BytesView route, net::ZmqMessage&& payload);

  /// While paused agents' frames stay in their sockets.
  void pause(bool paused);

  /// "ADDR:PORT" where it listens.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Messages that were not one frame from a known key.
  [[nodiscard]] std::uint64_t violations() const { return violations_; }
  /// Connections that ended before a key was proven.
  [[nodiscard]] std::uint64_t failed_handshakes() const { return handshakes_.failed(); }

 private:
  Router(run::EventLoop& loop, net::ZmqSocket socket, net::ZmqSocket monitor, OnFrame on_frame);
  net::ZmqWatch::Left read_some();
  net::ZmqWatch::Left read_events();
  void read_payload(const net::ZmqMessage& route);

  net::ZmqSocket socket_;
  net::ZmqSocket monitor_;
  OnFrame on_frame_;
  std::string address_;
  std::uint64_t violations_ = 0;
  Handshakes handshakes_;
  bool paused_ = false;
  net::ZmqWatch watch_;
  net::ZmqWatch monitor_watch_;
};

}  // namespace muster::gateway
