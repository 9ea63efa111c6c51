#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <muster/core/net/gateway_server.hpp>
#include <muster/core/net/link_stream.hpp>
#include <utility>

#include "unix_address.hpp"

namespace muster::net {
namespace {

constexpr std::chrono::seconds kHelloTimeout{10};

/// Binds the socket to its path; a file that a dead controller left there is replaced.
Status bind_path(int socket, const std::filesystem::path& path) {
  const auto address = unix_address(path);
  if (!address) return tl::unexpected(address.error());
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) {
    if (!S_ISSOCK(info.st_mode)) {
      return fail(ErrorCode::Conflict, path.string() + " exists and is no socket; remove it");
    }
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int answer = ::connect(probe.get(), as_sockaddr(*address), sizeof *address);
    if (answer == 0 || errno == EAGAIN) {
      return fail(ErrorCode::Conflict, "another controller is listening on " + path.string());
    }
    if (errno != ECONNREFUSED) return fail_errno("look at " + path.string(), errno);
    ::unlink(path.c_str());
  }
  if (::bind(socket, as_sockaddr(*address), sizeof *address) != 0) {
    return fail_errno("listen on " + path.string(), errno);
  }
  // Whoever connects in between is still asked who he is.
  if (::chmod(path.c_str(), 0660) != 0)
    return fail_errno("set the mode of " + path.string(), errno);
  return {};
}

bool may_be_gateway(int socket, const std::optional<gid_t>& group) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
  return who.uid == ::geteuid() || who.uid == 0 || (group && who.gid == *group);
}

struct Peer {
  std::unique_ptr<LinkStream> stream;
  run::Timer hello_timer;
  bool said_hello = false;
  bool was_full = false;
};

}  // namespace

struct GatewayServer::State : std::enable_shared_from_this<GatewayServer::State> {
  State(run::EventLoop& the_loop, GatewayServerOptions the_options, GatewayEvents the_events)
      : loop(the_loop), options(std::move(the_options)), events(std::move(the_events)) {}

  run::EventLoop& loop;
  GatewayServerOptions options;
  GatewayEvents events;
  UniqueFd listener;
  run::Watch watch;
  std::map<GatewayId, Peer> peers;
  GatewayId next_id = 1;
  bool paused = false;
  std::uint64_t violations = 0;
  std::uint64_t turned_away = 0;

  void accept_all();
  void add_peer(UniqueFd socket);
  bool on_frame(GatewayId id, BytesView bytes);
  bool take_hello(GatewayId id, Peer& peer, const wire::GatewayHello& hello);
  void on_drained(GatewayId id);
  void remove(GatewayId id, const std::string& why, bool broken);
};

void GatewayServer::State::accept_all() {
  for (;;) {
    UniqueFd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return;
    if (peers.size() >= options.max_gateways ||
        !may_be_gateway(socket.get(), options.allowed_group)) {
      ++turned_away;
      continue;
    }
    add_peer(std::move(socket));
  }
}

void GatewayServer::State::add_peer(UniqueFd socket) {
  const auto id = next_id++;
  auto& peer = peers[id];
  peer.stream = std::make_unique<LinkStream>(
      loop, std::move(socket), options.max_buffered / 2,
      LinkStreamEvents{[this, id](BytesView frame) { return on_frame(id, frame); },
                       [this, id](const std::string& why, bool broken) { remove(id, why, broken); },
                       [this, id] { on_drained(id); }});
  peer.stream->pause_reading(paused);
  peer.hello_timer =
      loop.after(kHelloTimeout, [this, id] { remove(id, "it did not say who it is", true); });
}

bool GatewayServer::State::on_frame(GatewayId id, BytesView bytes) {
  // Callbacks may destroy the server: nothing of it is touched after them.
  const auto frame = wire::decode_link(bytes);
  if (!frame) return false;
  auto& peer = peers.at(id);
  if (const auto* hello = std::get_if<wire::GatewayHello>(&*frame))
    return take_hello(id, peer, *hello);
  if (!peer.said_hello) return false;
  const auto keep = shared_from_this();
  if (const auto* received = std::get_if<wire::Received>(&*frame)) {
    if (events.on_received) events.on_received(id, *received);
    return true;
  }
  if (const auto* counters = std::get_if<wire::Counters>(&*frame)) {
    if (events.on_counters) events.on_counters(id, *counters);
    return true;
  }
  return false;
}

bool GatewayServer::State::take_hello(GatewayId id, Peer& peer, const wire::GatewayHello& hello) {
  if (peer.said_hello || hello.version != wire::kLinkVersion) return false;
  peer.said_hello = true;
  peer.hello_timer.reset();
  const auto keep = shared_from_this();
  if (events.on_gateway) events.on_gateway(id, hello);
  return true;
}

void GatewayServer::State::on_drained(GatewayId id) {
  const auto found = peers.find(id);
  if (found == peers.end() || !found->second.was_full) return;
  found->second.was_full = false;
  const auto keep = shared_from_this();
  if (events.on_writable) events.on_writable(id);
}

void GatewayServer::State::remove(GatewayId id, const std::string& why, bool broken) {
  const auto found = peers.find(id);
  if (found == peers.end()) return;
  if (broken) ++violations;
  const bool known = found->second.said_hello;
  const std::string reason = why;  // it may live in what is erased
  peers.erase(found);
  const auto keep = shared_from_this();
  if (known && events.on_gateway_lost) events.on_gateway_lost(id, reason);
}

GatewayServer::GatewayServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

GatewayServer::~GatewayServer() {
  state_->watch.reset();
  state_->peers.clear();
  state_->events = {};
  ::unlink(state_->options.socket.c_str());
}

Result<std::unique_ptr<GatewayServer>> GatewayServer::listen(run::EventLoop& loop,
                                                             GatewayServerOptions options,
                                                             GatewayEvents events) {
  auto state = std::make_shared<State>(loop, std::move(options), std::move(events));
  state->listener.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!state->listener) return fail_errno("make a unix socket", errno);
  if (auto bound = bind_path(state->listener.get(), state->options.socket); !bound) {
    return tl::unexpected(bound.error());
  }
  if (::listen(state->listener.get(), 64) != 0) return fail_errno("listen", errno);
  state->watch = loop.watch(state->listener.get(), EPOLLIN,
                            [raw = state.get()](std::uint32_t) { raw->accept_all(); });
  return std::unique_ptr<GatewayServer>(new GatewayServer(std::move(state)));
}

Status GatewayServer::send(GatewayId gateway, BytesView route, BytesView payload) {
  const auto found = state_->peers.find(gateway);
  if (found == state_->peers.end()) return fail(ErrorCode::NotFound, "the gateway is gone");
  auto& peer = found->second;
  if (peer.stream->buffered() > state_->options.max_buffered) {
    peer.was_full = true;
    return fail(ErrorCode::Unavailable, "the gateway takes no more for now");
  }
  peer.stream->send(wire::begin_send(route, payload.size()), ZmqMessage(payload));
  return {};
}

void GatewayServer::allow(GatewayId gateway, std::span<const wire::TransportKey> keys,
                          bool replace) {
  const auto found = state_->peers.find(gateway);
  if (found == state_->peers.end()) return;
  do {
    const auto piece = keys.first(std::min(keys.size(), wire::kMaxKeysPerFrame));
    found->second.stream->send(wire::encode_link(
        wire::Allow{{piece.begin(), piece.end()}, std::exchange(replace, false)}));
    keys = keys.subspan(piece.size());
  } while (!keys.empty());
}

void GatewayServer::revoke(std::span<const wire::TransportKey> keys) {
  while (!keys.empty()) {
    const auto piece = keys.first(std::min(keys.size(), wire::kMaxKeysPerFrame));
    const wire::Revoke frame{{piece.begin(), piece.end()}};
    for (auto& [id, peer] : state_->peers) {
      if (peer.said_hello) peer.stream->send(wire::encode_link(frame));
    }
    keys = keys.subspan(piece.size());
  }
}

void GatewayServer::admit(GatewayId gateway, std::uint32_t sessions_per_second) {
  const auto found = state_->peers.find(gateway);
  if (found == state_->peers.end()) return;
  found->second.stream->send(wire::encode_link(wire::Admit{sessions_per_second}));
}

void GatewayServer::pause_reading(bool paused) {
  state_->paused = paused;
  for (auto& [id, peer] : state_->peers) peer.stream->pause_reading(paused);
}

std::size_t GatewayServer::gateways() const { return state_->peers.size(); }
std::uint64_t GatewayServer::violations() const { return state_->violations; }
std::uint64_t GatewayServer::turned_away() const { return state_->turned_away; }

}  // namespace muster::net
