/// Length-prefixed frames over a connected unix socket, both ways, with a queue that knows its
/// size.
///
/// The one transport of the link between gateway and controller; both ends use it. Everything is
/// [loop]. It does not decode frames and sets no limit on its queue: the owner asks buffered() and
/// stops. It may be destroyed in any of its own callbacks.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/fd.hpp>
#include <muster/core/net/zmq_socket.hpp>
#include <muster/core/run/event_loop.hpp>
#include <string>

namespace muster::net {

struct LinkStreamEvents {
  /// One whole frame, without its length; it lives until the callback returns. False ends the
  /// stream as broken.
  std::function<bool(BytesView frame)> on_frame;
  /// The other side went away, or broke the rules (`broken`). Nothing comes after it.
  std::function<void(const std::string& why, bool broken)> on_closed;
  /// buffered() has fallen to `low_water` after it was above.
  std::function<void()> on_drained;
};

class LinkStream {
 public:
  LinkStream(run::EventLoop& loop, UniqueFd socket, std::size_t low_water, LinkStreamEvents events);
  ~LinkStream();
  LinkStream(const LinkStream&) = delete;
  LinkStream& operator=(const LinkStream&) = delete;

  /// Queues what encode_link() made.
  void send(Bytes frame);
  /// Queues what begin_received() or begin_send() made and the payload after it, which is not
  /// copied.
  void send(Bytes head, ZmqMessage&& payload);
  /// Writes what it can now. Queued frames are written by themselves, but together and a little
  /// later.
  void flush();

  [[nodiscard]] std::size_t buffered() const;
  void pause_reading(bool paused);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace muster::net
