/// The sessions with agents: which route belongs to whom, and what waits to be sent on it.
///
/// A node has at most one live session and at most one pending (its HELLO may be a replay until the
/// first sealed message opens). Owned by the Fleet; [loop]. It decides nothing: closing is told to
/// nobody.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <muster/core/base/clock.hpp>
#include <muster/core/net/session.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fleet/agent_link.hpp"
#include "store/records.hpp"

namespace muster::controller {

/// Sealed frames that may wait for one session while its gateway has no room.
inline constexpr std::size_t kMaxOutbox = std::size_t{4} << 20U;
/// And for all sessions of one gateway together, beyond which only small messages are taken:
/// answers that a node waits for.
inline constexpr std::size_t kMaxGatewayOutbox = std::size_t{64} << 20U;
inline constexpr std::size_t kSmallMessage = 1024;

struct Session {
  Session(const crypto::SessionKeyPair& controller, const crypto::SigningKey& signing,
          const crypto::SessionPublicKey& node_key)
      : sealed(controller, signing, node_key) {}

  GatewayId gateway = 0;
  Bytes route;
  PublicKey transport_key{};
  NodeId node;
  MonoTime begun{};
  bool live = false;
  net::ControllerSession sealed;
  wire::Hello hello;
  std::string clone;  // the other machine that was refused last
  std::deque<Bytes> outbox;
  std::size_t outbox_bytes = 0;
  bool was_full = false;
};

class SessionTable {
 public:
  explicit SessionTable(AgentLink& link) : link_(link) {}

  [[nodiscard]] Session* at(GatewayId gateway, BytesView route);
  [[nodiscard]] Session* live(NodeId node);
  [[nodiscard]] Session* pending(NodeId node);
  [[nodiscard]] std::size_t live_count() const { return live_.size(); }

  /// Becomes the node's pending session; another one that was pending is dropped.
  Session& add(std::unique_ptr<Session> session);
  /// Makes a pending session the live one. There must be no live one any more.
  void promote(Session& session);
  void close(Session& session);

  /// Errors: Unavailable when its outbox or its gateway's are full; it is then was_full.
  [[nodiscard]] Status send(Session& session, wire::MessageType type, BytesView body);
  /// A frame that is no part of the session's sequence, such as WELCOME.
  void send_frame(Session& session, Bytes frame);
  /// Sends what waited for this gateway. Sessions that had been full and are not any more.
  [[nodiscard]] std::vector<NodeId> flush(GatewayId gateway);

  [[nodiscard]] std::vector<Session*> of_gateway(GatewayId gateway);
  [[nodiscard]] std::vector<Session*> pending_before(MonoTime time);

 private:
  using Place = std::pair<GatewayId, Bytes>;
  AgentLink& link_;
  std::map<Place, std::unique_ptr<Session>> sessions_;
  std::map<GatewayId, std::size_t> outbox_bytes_;  // of all its sessions
  std::unordered_map<NodeId, Session*> live_;
  std::unordered_map<NodeId, Session*> pending_;
};

/// Answers what comes from dead sessions: RETRY, at most once a second for each route.
class RetryLimiter {
 public:
  static constexpr std::size_t kMaxRoutes =
      20'000;  ///< answered within a second, over all gateways
  explicit RetryLimiter(AgentLink& link) : link_(link) {}
  void answer(GatewayId gateway, BytesView route, std::uint32_t after_ms, MonoTime now);

 private:
  AgentLink& link_;
  std::map<std::pair<GatewayId, Bytes>, MonoTime> answered_;
};

}  // namespace muster::controller
