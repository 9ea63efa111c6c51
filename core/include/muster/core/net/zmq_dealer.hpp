/// The Transport over ZeroMQ: a DEALER under CURVE, encrypted and authenticated on both sides.
///
/// Frames are at most 1 MiB, larger ones end the connection. At most `max_queued` frames wait to be
/// sent.
#pragma once

#include <chrono>
#include <memory>
#include <muster/core/net/curve_keys.hpp>
#include <muster/core/net/transport.hpp>
#include <muster/core/run/event_loop.hpp>
#include <string>

namespace muster::net {

class ZmqContext;

struct DealerOptions {
  std::string address;  ///< "HOST:PORT"
  wire::TransportKey server_key{};
  TransportKeyPair key;
  int max_queued = 256;
  std::chrono::milliseconds handshake_timeout{30'000};
};

/// `context` and `loop` must outlive it. Nothing is opened before connect().
[[nodiscard]] std::unique_ptr<Transport> make_zmq_dealer(ZmqContext& context, run::EventLoop& loop,
                                                         DealerOptions options);

}  // namespace muster::net
