#include "controller_link.hpp"

#include <chrono>
#include <muster/core/net/unix_socket.hpp>
#include <random>
#include <utility>

namespace muster::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFull = std::size_t{4} << 20U;  // bytes towards the controller
constexpr std::size_t kLow = std::size_t{1} << 20U;

}  // namespace

ControllerLink::ControllerLink(run::EventLoop& loop, std::filesystem::path socket,
                               ControllerEvents events)
    : loop_(loop),
      socket_(std::move(socket)),
      events_(std::move(events)),
      backoff_(50ms, 1s, std::random_device{}()) {}

void ControllerLink::start(wire::GatewayHello hello) {
  hello_ = std::move(hello);
  try_connect();
}

void ControllerLink::try_connect() {
  auto socket = net::connect_unix(socket_);
  if (!socket) {
    if (!std::exchange(told_absent_, true)) events_.on_absent(socket.error().message);
    retry_ = loop_.after(50ms + backoff_.next(), [this] { try_connect(); });
    return;
  }
  backoff_.reset();
  told_absent_ = false;
  stream_ = std::make_unique<net::LinkStream>(
      loop_, *std::move(socket), kLow,
      net::LinkStreamEvents{[this](BytesView frame) { return on_frame(frame); },
                            [this](const std::string& why, bool broken) { on_closed(why, broken); },
                            [this] {
                              if (std::exchange(full_, false)) events_.on_pressure(false);
                            }});
  stream_->send(wire::encode_link(hello_));
  events_.on_up();
}

bool ControllerLink::on_frame(BytesView bytes) {
  const auto frame = wire::decode_link(bytes);
  if (!frame) return false;
  if (const auto* send = std::get_if<wire::Send>(&*frame)) {
    events_.on_send(*send);
  } else if (const auto* allow = std::get_if<wire::Allow>(&*frame)) {
    events_.on_allow(*allow);
  } else if (const auto* revoke = std::get_if<wire::Revoke>(&*frame)) {
    events_.on_revoke(*revoke);
  } else if (const auto* admit = std::get_if<wire::Admit>(&*frame)) {
    events_.on_admit(*admit);
  } else {
    return false;
  }
  return true;
}

void ControllerLink::on_closed(const std::string& why, bool broken) {
  if (broken) ++violations_;
  const std::string reason = why;
  told_absent_ = true;  // by on_down()
  stream_.reset();
  retry_ = loop_.after(50ms + backoff_.next(), [this] { try_connect(); });
  events_.on_down(reason);
  if (std::exchange(full_, false)) events_.on_pressure(false);
}

void ControllerLink::send_received(BytesView route, const wire::TransportKey& key,
                                   net::ZmqMessage&& payload) {
  if (!stream_) return;
  stream_->send(wire::begin_received(route, key, payload.view().size()), std::move(payload));
  if (!full_ && stream_->buffered() > kFull) {
    full_ = true;
    events_.on_pressure(true);
  }
}

void ControllerLink::send(const wire::Counters& counters) {
  if (stream_) stream_->send(wire::encode_link(counters));
}

}  // namespace muster::gateway
