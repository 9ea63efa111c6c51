/// ZeroMQ's context, message and socket as owners with Results, and its edge-triggered readiness
/// done right.
///
/// Thin: options and their meaning are libzmq's. A context is [any]; sockets and watches are
/// [loop]. A socket must be closed before its context.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/run/event_loop.hpp>
#include <optional>
#include <string>

namespace muster::net {

class ZmqContext {
 public:
  /// Errors: Unsupported for a libzmq before 4.3.3, whose parser had holes; ResourceExhausted.
  [[nodiscard]] static Result<ZmqContext> create(int max_sockets = 64, int io_threads = 1);
  ZmqContext(ZmqContext&& other) noexcept;
  ZmqContext& operator=(ZmqContext&&) = delete;
  ~ZmqContext();
  [[nodiscard]] void* handle() const { return context_; }

 private:
  explicit ZmqContext(void* context) : context_(context) {}
  void* context_;
};

/// One part of a message.
class ZmqMessage {
 public:
  ZmqMessage();
  explicit ZmqMessage(BytesView copied);
  /// Takes the bytes over without copying them.
  explicit ZmqMessage(Bytes&& bytes);
  ZmqMessage(ZmqMessage&& other) noexcept;
  ZmqMessage& operator=(ZmqMessage&& other) noexcept;
  ~ZmqMessage();

  [[nodiscard]] BytesView view() const;
  [[nodiscard]] bool more() const;
  /// What the handshake left on it, for example "User-Id"; null when there is no such thing.
  [[nodiscard]] const char* metadata(const char* name) const;

 private:
  friend class ZmqSocket;
  [[nodiscard]] void* raw() const { return const_cast<std::byte*>(raw_.data()); }
  alignas(void*) std::array<std::byte, 64> raw_{};
};

/// Something that happened to a monitored socket.
struct ZmqEvent {
  int number = 0;           ///< one of ZMQ_EVENT_*
  std::uint32_t value = 0;  ///< what it means depends on the number, see zmq_socket_monitor(3)
};

enum class ZmqKind : std::uint8_t { Dealer, Router, Reply, Pair };

class ZmqSocket {
 public:
  [[nodiscard]] static Result<ZmqSocket> open(const ZmqContext& context, ZmqKind kind);
  ZmqSocket(ZmqSocket&& other) noexcept;
  ZmqSocket& operator=(ZmqSocket&& other) noexcept;
  ~ZmqSocket();

  /// Options are the ZMQ_* numbers of <zmq.h>. A wrong one is a fault of ours and asserts.
  void set(int option, int value);
  void set(int option, std::int64_t value);
  void set(int option, BytesView value);
  [[nodiscard]] Status bind(const std::string& endpoint);
  [[nodiscard]] Status connect(const std::string& endpoint);
  /// Where bind() with port 0 ended up, "tcp://1.2.3.4:5".
  [[nodiscard]] std::string last_endpoint() const;
  /// Begins to tell `events` (ZMQ_EVENT_*) to the PAIR socket that connects to `endpoint`.
  [[nodiscard]] Status monitor(const std::string& endpoint, int events);
  /// Ends that. To be called before that PAIR socket goes: libzmq's thread waits for ever to tell
  /// an event to nobody, and every socket of the context with it.
  void stop_monitor();

  /// The next part without waiting; nothing when there is none.
  [[nodiscard]] std::optional<ZmqMessage> receive();
  /// The next event without waiting, on a PAIR socket that monitor() tells them to.
  [[nodiscard]] std::optional<ZmqEvent> receive_event();
  /// Errors: Unavailable when the queue is full, NotFound when the route is unknown (ROUTER). Not
  /// taken then.
  [[nodiscard]] Status send(ZmqMessage&& part, bool more = false);

  [[nodiscard]] int fd() const;
  [[nodiscard]] bool readable() const;

 private:
  explicit ZmqSocket(void* socket) : socket_(socket) {}
  void* socket_;
};

/// Calls `on_readable` when the socket may have something, until it has nothing. libzmq's
/// descriptor tells of changes only, and any call on the socket may swallow one: call recheck()
/// after sending.
class ZmqWatch {
 public:
  /// What is left in the socket when `on_readable` returns.
  enum class Left : std::uint8_t {
    Nothing,  ///< the last receive() found nothing, or it paused or destroyed the watch
    Perhaps,  ///< it wants another turn, so that others on the loop have theirs
  };
  ZmqWatch(run::EventLoop& loop, const ZmqSocket& socket, std::function<Left()> on_readable);
  ~ZmqWatch();
  ZmqWatch(const ZmqWatch&) = delete;
  ZmqWatch& operator=(const ZmqWatch&) = delete;

  /// Looks again, soon, from the loop.
  void recheck();
  /// While paused nothing is called. Resuming rechecks.
  void pause(bool paused);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace muster::net
