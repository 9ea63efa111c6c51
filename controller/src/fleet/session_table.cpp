#include "fleet/session_table.hpp"

#include <cassert>
#include <muster/core/wire/envelope.hpp>

namespace muster::controller {

Session* SessionTable::at(GatewayId gateway, BytesView route) {
  const auto found = sessions_.find(Place(gateway, to_bytes(route)));
  return found == sessions_.end() ? nullptr : found->second.get();
}

Session* SessionTable::live(NodeId node) {
  const auto found = live_.find(node);
  return found == live_.end() ? nullptr : found->second;
}

Session* SessionTable::pending(NodeId node) {
  const auto found = pending_.find(node);
  return found == pending_.end() ? nullptr : found->second;
}

Session& SessionTable::add(std::unique_ptr<Session> session) {
  if (auto* older = pending(session->node)) close(*older);
  Session& added = *session;
  pending_[added.node] = &added;
  sessions_[Place(added.gateway, added.route)] = std::move(session);
  return added;
}

void SessionTable::promote(Session& session) {
  assert(!live_.contains(session.node));
  pending_.erase(session.node);
  live_[session.node] = &session;
  session.live = true;
}

void SessionTable::close(Session& session) {
  (session.live ? live_ : pending_).erase(session.node);
  const auto bytes = outbox_bytes_.find(session.gateway);
  if (bytes != outbox_bytes_.end() && (bytes->second -= session.outbox_bytes) == 0) {
    outbox_bytes_.erase(bytes);
  }
  sessions_.erase(Place(session.gateway, session.route));
}

Status SessionTable::send(Session& session, wire::MessageType type, BytesView body) {
  const bool gateway_full =
      body.size() > kSmallMessage && outbox_bytes_[session.gateway] >= kMaxGatewayOutbox;
  if (session.outbox_bytes >= kMaxOutbox || gateway_full) {
    session.was_full = true;
    return fail(ErrorCode::Unavailable, "too much is waiting to be sent to the node");
  }
  auto frame = session.sealed.seal(type, body);
  if (!frame) return tl::unexpected(frame.error());
  send_frame(session, std::move(*frame));
  return {};
}

void SessionTable::send_frame(Session& session, Bytes frame) {
  if (session.outbox.empty()) {
    const auto sent = link_.send(session.gateway, session.route, frame);
    // A gateway that is gone is told of as lost, and the session ends then.
    if (sent || sent.error().code != ErrorCode::Unavailable) return;
  }
  session.outbox_bytes += frame.size();
  outbox_bytes_[session.gateway] += frame.size();
  session.outbox.push_back(std::move(frame));
}

std::vector<NodeId> SessionTable::flush(GatewayId gateway) {
  std::vector<NodeId> relieved;
  for (auto* session : of_gateway(gateway)) {
    while (!session->outbox.empty()) {
      const auto sent = link_.send(gateway, session->route, session->outbox.front());
      if (!sent && sent.error().code == ErrorCode::Unavailable) return relieved;
      session->outbox_bytes -= session->outbox.front().size();
      outbox_bytes_[gateway] -= session->outbox.front().size();
      session->outbox.pop_front();
    }
    if (std::exchange(session->was_full, false) && session->live) relieved.push_back(session->node);
  }
  return relieved;
}

std::vector<Session*> SessionTable::of_gateway(GatewayId gateway) {
  std::vector<Session*> found;
  for (auto at = sessions_.lower_bound(Place(gateway, {}));
       at != sessions_.end() && at->first.first == gateway; ++at) {
    found.push_back(at->second.get());
  }
  return found;
}

std::vector<Session*> SessionTable::pending_before(MonoTime time) {
  std::vector<Session*> old;
  for (const auto& [node, session] : pending_) {
    if (session->begun <= time) old.push_back(session);
  }
  return old;
}

void RetryLimiter::answer(GatewayId gateway, BytesView route, std::uint32_t after_ms,
                          MonoTime now) {
  if (answered_.size() >= kMaxRoutes) {
    std::erase_if(answered_,
                  [&](const auto& entry) { return now - entry.second > std::chrono::seconds(1); });
    if (answered_.size() >= kMaxRoutes) return;
  }
  const auto [entry, is_new] = answered_.try_emplace({gateway, to_bytes(route)}, now);
  if (!is_new) {
    if (now - entry->second < std::chrono::seconds(1)) return;
    entry->second = now;
  }
  // A gateway without room drops it: whoever is there asks again.
  std::ignore = link_.send(gateway, route, wire::encode_retry({after_ms}));
}

}  // namespace muster::controller
