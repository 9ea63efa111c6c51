#include <zmq.h>

#include <muster/core/crypto/random.hpp>
#include <muster/core/net/zmq_dealer.hpp>
#include <muster/core/net/zmq_socket.hpp>
#include <muster/core/wire/envelope.hpp>
#include <optional>
#include <utility>

namespace muster::net {
namespace {

constexpr int kMonitored = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED |
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                           ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
constexpr int kMaxPerTurn = 64;  // messages, before others on the loop have their turn

/// One connection attempt and what became of it. A new attempt is a new object.
struct Connection {
  Connection(ZmqSocket the_socket, ZmqSocket the_monitor)
      : socket(std::move(the_socket)), monitor(std::move(the_monitor)) {}
  ~Connection() { socket.stop_monitor(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ZmqSocket socket;
  ZmqSocket monitor;
  bool tcp_up = false;
  bool up = false;
  std::optional<ZmqWatch> watch;          // destroyed before the sockets
  std::optional<ZmqWatch> monitor_watch;  // the same
};

class ZmqDealer final : public Transport {
 public:
  ZmqDealer(ZmqContext& context, run::EventLoop& loop, DealerOptions options)
      : context_(context), loop_(loop), options_(std::move(options)) {}

  void set_events(TransportEvents events) override { events_ = std::move(events); }
  Status connect() override;
  Status send(Bytes frame) override;
  void close() override { connection_.reset(); }

 private:
  void configure(ZmqSocket& socket) const;
  ZmqWatch::Left read_messages();
  void read_monitor();
  void on_monitor(int event);
  void go_down(DownReason reason, const std::string& sentence);

  ZmqContext& context_;
  run::EventLoop& loop_;
  DealerOptions options_;
  TransportEvents events_;
  // shared, so that a callback survives the close() that it calls
  std::shared_ptr<Connection> connection_;
};

void ZmqDealer::configure(ZmqSocket& socket) const {
  Bytes route_id = crypto::random_bytes(16);
  if (route_id[0] == 0) route_id[0] = 1;  // libzmq keeps ids that begin with 0 for itself
  socket.set(ZMQ_ROUTING_ID, route_id);
  socket.set(ZMQ_RECONNECT_IVL, -1);
  socket.set(ZMQ_HANDSHAKE_IVL, static_cast<int>(options_.handshake_timeout.count()));
  socket.set(ZMQ_CONNECT_TIMEOUT, static_cast<int>(options_.handshake_timeout.count()));
  socket.set(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(wire::kMaxFrame));
  socket.set(ZMQ_SNDHWM, options_.max_queued);
  socket.set(ZMQ_RCVHWM, options_.max_queued);
  socket.set(ZMQ_IPV6, 1);
  socket.set(ZMQ_CURVE_SERVERKEY, options_.server_key);
  socket.set(ZMQ_CURVE_PUBLICKEY, options_.key.public_key);
  socket.set(ZMQ_CURVE_SECRETKEY, options_.key.secret_key.reveal());
}

Status ZmqDealer::connect() {
  close();
  auto socket = ZmqSocket::open(context_, ZmqKind::Dealer);
  if (!socket) return tl::unexpected(socket.error());
  auto monitor = ZmqSocket::open(context_, ZmqKind::Pair);
  if (!monitor) return tl::unexpected(monitor.error());
  configure(*socket);
  const std::string watching = "inproc://dealer-" + crypto::random_token(12);
  if (auto watched = socket->monitor(watching, kMonitored); !watched) return watched;
  if (auto joined = monitor->connect(watching); !joined) return joined;
  if (auto begun = socket->connect("tcp://" + options_.address); !begun) return begun;
  connection_ = std::make_shared<Connection>(*std::move(socket), *std::move(monitor));
  auto& connection = *connection_;
  connection.watch.emplace(loop_, connection.socket, [this] { return read_messages(); });
  connection.monitor_watch.emplace(loop_, connection.monitor, [this] {
    read_monitor();
    return ZmqWatch::Left::Nothing;
  });
  return {};
}

Status ZmqDealer::send(Bytes frame) {
  if (!connection_) return fail(ErrorCode::Unavailable, "there is no connection to the gateway");
  if (frame.size() > wire::kMaxFrame) {
    return fail(ErrorCode::InvalidArgument, "a frame is larger than 1 MiB");
  }
  auto sent = connection_->socket.send(ZmqMessage(std::move(frame)));
  connection_->watch->recheck();  // sending may have swallowed the news of a message
  return sent;
}

ZmqWatch::Left ZmqDealer::read_messages() {
  const auto connection = connection_;
  for (int i = 0; i < kMaxPerTurn && connection_ == connection; ++i) {
    auto part = connection->socket.receive();
    if (!part) return ZmqWatch::Left::Nothing;
    // A gateway sends single frames; parts of anything else are each judged as a frame, and fail.
    if (events_.message) events_.message(part->view());
  }
  return ZmqWatch::Left::Perhaps;
}

void ZmqDealer::read_monitor() {
  const auto connection = connection_;
  while (connection_ == connection) {
    const auto event = connection->monitor.receive_event();
    if (!event) return;
    on_monitor(event->number);
  }
}

void ZmqDealer::on_monitor(int event) {
  const std::string peer = "the gateway at " + options_.address;
  switch (event) {
    case ZMQ_EVENT_CONNECTED:
      connection_->tcp_up = true;
      return;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
      connection_->up = true;
      if (events_.connected) events_.connected();
      return;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
      return go_down(DownReason::KeyRefused, peer + " does not let this node's key in");
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_DISCONNECTED:
    case ZMQ_EVENT_CLOSED:
      if (connection_->up) return go_down(DownReason::Lost, "the connection to " + peer + " ended");
      if (connection_->tcp_up) {
        return go_down(DownReason::WrongServer,
                       "what answers at " + options_.address + " did not prove to be our gateway");
      }
      return go_down(DownReason::Unreachable, peer + " cannot be reached");
    default:
      return;
  }
}

void ZmqDealer::go_down(DownReason reason, const std::string& sentence) {
  // What had arrived before the end is still good.
  const auto connection = connection_;
  while (connection_ == connection) {
    auto part = connection->socket.receive();
    if (!part) break;
    if (events_.message) events_.message(part->view());
  }
  if (connection_ != connection) return;
  close();
  if (events_.down) events_.down(reason, sentence);
}

}  // namespace

std::unique_ptr<Transport> make_zmq_dealer(ZmqContext& context, run::EventLoop& loop,
                                           DealerOptions options) {
  return std::make_unique<ZmqDealer>(context, loop, std::move(options));
}

}  // namespace muster::net
