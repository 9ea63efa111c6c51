/// The controller's end of the gateways' unix socket: who is there, what came, what goes out.
///
/// One per controller, built in app.cpp; everything is [loop]. It lets in gateways that run as our
/// own user, as root, or in one given group. It knows no sessions: payloads are bytes to it. A
/// gateway that breaks the rules of the link is disconnected and told of as lost.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <optional>
#include <span>
#include <string>

namespace muster::net {

/// One connection of one gateway; never reused in a process.
using GatewayId = std::uint64_t;

struct GatewayServerOptions {
  std::filesystem::path socket;
  std::optional<gid_t> allowed_group;                ///< besides our own user and root
  std::size_t max_buffered = std::size_t{8} << 20U;  ///< towards one gateway
  std::size_t max_gateways = 64;
};

/// Views live until the callback returns. Callbacks may call any method.
struct GatewayEvents {
  /// It has said hello. It lets nobody in until allow() is called.
  std::function<void(GatewayId, const wire::GatewayHello&)> on_gateway;
  std::function<void(GatewayId, const wire::Received&)> on_received;
  std::function<void(GatewayId, const wire::Counters&)> on_counters;
  /// Of its routes none is good any more. `why` is for the log. Only for gateways that on_gateway
  /// told of.
  std::function<void(GatewayId, const std::string& why)> on_gateway_lost;
  /// After send() said Unavailable: there is room again.
  std::function<void(GatewayId)> on_writable;
};

class GatewayServer {
 public:
  /// Listens on `options.socket`, mode 0660; a socket file that nobody listens on is replaced.
  /// Errors: Conflict when another process listens there or the path is something else;
  /// InvalidArgument for a path that is too long. `loop` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<GatewayServer>> listen(run::EventLoop& loop,
                                                                     GatewayServerOptions options,
                                                                     GatewayEvents events);
  ~GatewayServer();
  GatewayServer(const GatewayServer&) = delete;
  GatewayServer& operator=(const GatewayServer&) = delete;

  /// Sends one frame to a route. Errors: Unavailable while the gateway's buffer is full
  /// (on_writable follows); NotFound when the gateway is gone. In both cases nothing was sent.
  /// The bytes are copied.
  [[nodiscard]] Status send(GatewayId gateway, BytesView route, BytesView payload);

  /// Lets these keys in at one gateway; with `replace` no others. Any number: sent in pieces.
  /// Control frames pass the buffer's limit, because a revocation must not wait for output.
  void allow(GatewayId gateway, std::span<const wire::TransportKey> keys, bool replace);
  void revoke(std::span<const wire::TransportKey> keys);  ///< at every gateway
  void admit(GatewayId gateway, std::uint32_t sessions_per_second);

  /// Stops or resumes reading from every gateway, which then stops reading from agents.
  void pause_reading(bool paused);

  [[nodiscard]] std::size_t gateways() const;
  /// Disconnections for breaking the link's rules, and peers turned away for who they are.
  [[nodiscard]] std::uint64_t violations() const;
  [[nodiscard]] std::uint64_t turned_away() const;

 private:
  struct State;
  explicit GatewayServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace muster::net
