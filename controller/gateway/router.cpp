#include "router.hpp"

#include <zmq.h>

#include <muster/core/wire/envelope.hpp>
#include <optional>
#include <utility>

namespace muster::gateway {
namespace {

constexpr int kMaxPerTurn = 64;  // frames or events, before others on the loop have their turn
constexpr int kMonitored = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED |
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
constexpr int kBacklog = 4096;  // a fleet comes back at once
constexpr int kHandshakeMs = 30'000;
// Frames that wait in a socket for one agent. From an agent few, because all agents together may
// send that many while the controller takes nothing.
constexpr int kFromAgent = 16;
constexpr int kToAgent = 1000;

void configure(net::ZmqSocket& socket, const net::TransportKeyPair& key) {
  socket.set(ZMQ_ROUTER_MANDATORY, 1);
  socket.set(ZMQ_BACKLOG, kBacklog);
  socket.set(ZMQ_HANDSHAKE_IVL, kHandshakeMs);
  socket.set(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(wire::kMaxFrame));
  socket.set(ZMQ_RCVHWM, kFromAgent);
  socket.set(ZMQ_SNDHWM, kToAgent);
  socket.set(ZMQ_TCP_KEEPALIVE, 1);  // else a node that lost its power stays connected for ever
  socket.set(ZMQ_TCP_KEEPALIVE_IDLE, 120);
  socket.set(ZMQ_CURVE_SERVER, 1);
  socket.set(ZMQ_CURVE_SECRETKEY, key.secret_key.reveal());
  socket.set(ZMQ_ZAP_DOMAIN, as_bytes("muster"));
}

std::optional<wire::TransportKey> key_of(const net::ZmqMessage& payload) {
  const char* user = payload.metadata("User-Id");
  Bytes raw;
  wire::TransportKey key{};
  if (user == nullptr || !from_hex(user, raw) || raw.size() != key.size()) return std::nullopt;
  std::copy(raw.begin(), raw.end(), key.begin());
  return key;
}

/// A socket that is told what happens to the router's connections.
Result<net::ZmqSocket> monitor(const net::ZmqContext& context, net::ZmqSocket& router) {
  auto told = net::ZmqSocket::open(context, net::ZmqKind::Pair);
  if (!told) return told;
  told->set(ZMQ_RCVHWM, 0);  // a full queue would stop libzmq's thread, and with it all agents
  constexpr auto kEndpoint = "inproc://router-events";
  if (auto begun = router.monitor(kEndpoint, kMonitored); !begun) {
    return tl::unexpected(begun.error());
  }
  if (auto joined = told->connect(kEndpoint); !joined) return tl::unexpected(joined.error());
  return told;
}

/// ZeroMQ wants "*" for a free port.
std::string address_of(const net::Endpoint& listen) {
  auto text = "tcp://" + listen.text();
  if (listen.port == 0) text.back() = '*';
  return text;
}

}  // namespace

Result<std::unique_ptr<Router>> Router::listen(const net::ZmqContext& context, run::EventLoop& loop,
                                               const net::Endpoint& listen_on,
                                               const net::TransportKeyPair& key, OnFrame on_frame) {
  auto socket = net::ZmqSocket::open(context, net::ZmqKind::Router);
  if (!socket) return tl::unexpected(socket.error());
  configure(*socket, key);
  auto events = monitor(context, *socket);
  if (!events) return tl::unexpected(events.error());
  const bool v6 = listen_on.host.find(':') != std::string::npos;
  socket->set(ZMQ_IPV6, v6 ? 1 : 0);  // "[::]" takes IPv4 too
  if (auto bound = socket->bind(address_of(listen_on)); !bound) {
    return tl::unexpected(bound.error());
  }
  return std::unique_ptr<Router>(
      new Router(loop, *std::move(socket), *std::move(events), std::move(on_frame)));
}

Router::Router(run::EventLoop& loop, net::ZmqSocket socket, net::ZmqSocket monitor,
               OnFrame on_frame)
    : socket_(std::move(socket)),
      monitor_(std::move(monitor)),
      on_frame_(std::move(on_frame)),
      address_(socket_.last_endpoint().substr(std::string("tcp://").size())),
      watch_(loop, socket_, [this] { return read_some(); }),
      monitor_watch_(loop, monitor_, [this] { return read_events(); }) {}

Router::~Router() { socket_.stop_monitor(); }

Status Router::send(BytesView route, net::ZmqMessage&& payload) {
  auto sent = socket_.send(net::ZmqMessage(route), true);
  if (sent) sent = socket_.send(std::move(payload));
  watch_.recheck();  // sending may have swallowed the news of a message
  return sent;
}

void Router::pause(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  watch_.pause(paused);
}

net::ZmqWatch::Left Router::read_some() {
  for (int i = 0; i < kMaxPerTurn && !paused_; ++i) {
    const auto route = socket_.receive();
    if (!route) return net::ZmqWatch::Left::Nothing;
    read_payload(*route);
  }
  return net::ZmqWatch::Left::Perhaps;
}

net::ZmqWatch::Left Router::read_events() {
  for (int i = 0; i < kMaxPerTurn; ++i) {
    const auto event = monitor_.receive_event();
    if (!event) return net::ZmqWatch::Left::Nothing;
    if (event->number == ZMQ_EVENT_ACCEPTED) {
      handshakes_.begun(static_cast<int>(event->value));
    } else if (event->number == ZMQ_EVENT_DISCONNECTED) {
      handshakes_.disconnected(static_cast<int>(event->value));
    } else {
      handshakes_.finished();
    }
  }
  return net::ZmqWatch::Left::Perhaps;
}

void Router::read_payload(const net::ZmqMessage& route) {
  if (!route.more()) {
    ++violations_;
    return;
  }
  auto payload = socket_.receive();
  if (!payload) return;
  const auto key = key_of(*payload);
  const bool single = !payload->more();
  for (bool more = !single; more;) {
    const auto rest = socket_.receive();
    more = rest && rest->more();
  }
  if (!single || !key) {
    ++violations_;
    return;
  }
  on_frame_(route.view(), *key, *payload);
}

}  // namespace muster::gateway
