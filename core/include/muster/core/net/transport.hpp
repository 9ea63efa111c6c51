/// An agent's side of its connection to a gateway: whole frames out, whole frames in.
///
/// It never reconnects by itself and knows no sessions: when to come back is the caller's decision.
/// Owned by the caller; everything is [loop]. Callbacks may call any method, close() and connect()
/// included.
#pragma once

#include <cstdint>
#include <functional>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <string>

namespace muster::net {

enum class DownReason : std::uint8_t {
  Unreachable,  ///< no connection, or no handshake in time
  KeyRefused,   ///< the gateway does not let our key in (yet)
  WrongServer,  ///< something answers that is not our gateway
  Lost,         ///< it was up and ended
};

struct TransportEvents {
  /// The gateway proved its key and let ours in.
  std::function<void()> connected;
  /// Lives until the callback returns.
  std::function<void(BytesView frame)> message;
  /// Once for each connect(); nothing comes after it. `sentence` is for people.
  std::function<void(DownReason reason, const std::string& sentence)> down;
};

class Transport {
 public:
  virtual ~Transport() = default;

  /// Set once, before connect().
  virtual void set_events(TransportEvents events) = 0;

  /// Begins a connection under a fresh return address; an older one is closed first. What comes of
  /// it is told by events. Errors: InvalidArgument for an address that is none, ResourceExhausted.
  [[nodiscard]] virtual Status connect() = 0;

  /// Queues one frame. Errors: Unavailable when the queue is full or there is no connection; the
  /// frame was not taken. A full queue empties without notice: try again a little later.
  [[nodiscard]] virtual Status send(Bytes frame) = 0;

  /// Drops the connection and what was queued, without an event.
  virtual void close() = 0;
};

}  // namespace muster::net
