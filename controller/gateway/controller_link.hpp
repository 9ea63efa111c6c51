/// The gateway's connection to its controller: kept up for ever, bounded in what it holds. [loop]
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <muster/core/net/link_stream.hpp>
#include <muster/core/run/backoff.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <string>

namespace muster::gateway {

struct ControllerEvents {
  std::function<void()> on_up;                            ///< our hello is on its way
  std::function<void(const std::string& why)> on_absent;  ///< once until on_up; it is tried again
  std::function<void(const std::string& why)> on_down;
  std::function<void(const wire::Allow&)> on_allow;
  std::function<void(const wire::Revoke&)> on_revoke;
  std::function<void(const wire::Send&)> on_send;
  std::function<void(const wire::Admit&)> on_admit;
  std::function<void(bool full)> on_pressure;  ///< stop reading from agents, or go on
};

class ControllerLink {
 public:
  ControllerLink(run::EventLoop& loop, std::filesystem::path socket, ControllerEvents events);

  /// Says `hello` at each connection from now on.
  void start(wire::GatewayHello hello);

  [[nodiscard]] bool up() const { return stream_ != nullptr; }
  /// Dropped when the link is down.
  void send_received(BytesView route, const wire::TransportKey& key, net::ZmqMessage&& payload);
  void send(const wire::Counters& counters);
  [[nodiscard]] std::uint64_t violations() const { return violations_; }

 private:
  void try_connect();
  bool on_frame(BytesView bytes);
  void on_closed(const std::string& why, bool broken);

  run::EventLoop& loop_;
  std::filesystem::path socket_;
  ControllerEvents events_;
  wire::GatewayHello hello_;
  run::Backoff backoff_;
  run::Timer retry_;
  std::unique_ptr<net::LinkStream> stream_;
  bool full_ = false;
  bool told_absent_ = false;
  std::uint64_t violations_ = 0;
};

}  // namespace muster::gateway
