#include "zap_handler.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace muster::gateway {
namespace {

// The request's frames: version, request id, domain, address, routing id, mechanism, then the key.
constexpr std::size_t kRequestId = 1;
constexpr std::size_t kMechanism = 5;
constexpr std::size_t kKey = 6;
constexpr std::size_t kFrames = 7;

std::optional<wire::TransportKey> key_of(const std::vector<net::ZmqMessage>& request) {
  if (request.size() != kFrames || as_text(request[kMechanism].view()) != "CURVE")
    return std::nullopt;
  const auto raw = request[kKey].view();
  wire::TransportKey key{};
  if (raw.size() != key.size()) return std::nullopt;
  std::ranges::copy(raw, key.begin());
  return key;
}

}  // namespace

Result<std::unique_ptr<ZapHandler>> ZapHandler::create(const net::ZmqContext& context,
                                                       run::EventLoop& loop,
                                                       const AllowList& allowed) {
  auto socket = net::ZmqSocket::open(context, net::ZmqKind::Reply);
  if (!socket) return tl::unexpected(socket.error());
  if (auto bound = socket->bind("inproc://zeromq.zap.01"); !bound) {
    return tl::unexpected(bound.error());
  }
  return std::unique_ptr<ZapHandler>(new ZapHandler(loop, *std::move(socket), allowed));
}

ZapHandler::ZapHandler(run::EventLoop& loop, net::ZmqSocket socket, const AllowList& allowed)
    : socket_(std::move(socket)), allowed_(allowed), watch_(loop, socket_, [this] {
        answer_all();
        return net::ZmqWatch::Left::Nothing;
      }) {}

void ZapHandler::answer_all() {
  for (;;) {
    std::vector<net::ZmqMessage> request;
    auto part = socket_.receive();
    if (!part) return;
    bool more = true;
    while (part && more) {
      more = part->more();
      request.push_back(*std::move(part));
      if (more) part = socket_.receive();
    }
    answer(request);
  }
}

void ZapHandler::answer(const std::vector<net::ZmqMessage>& request) {
  const auto key = key_of(request);
  const bool allowed = key && allowed_.allows(*key);
  if (!allowed) ++refused_;
  const BytesView id = request.size() > kRequestId ? request[kRequestId].view() : BytesView{};
  const std::string user = allowed ? to_hex(*key) : "";
  // version, request id, status, text, user id, metadata
  const std::array<BytesView, 6> reply{as_bytes("1.0"),
                                       id,
                                       as_bytes(allowed ? "200" : "400"),
                                       as_bytes(allowed ? "OK" : "this key is not enrolled"),
                                       as_bytes(user),
                                       BytesView{}};
  for (std::size_t i = 0; i < reply.size(); ++i) {
    // Fails only when the asker's connection is gone, and then nobody waits for the rest.
    if (!socket_.send(net::ZmqMessage(reply[i]), i + 1 < reply.size())) return;
  }
}

}  // namespace muster::gateway
