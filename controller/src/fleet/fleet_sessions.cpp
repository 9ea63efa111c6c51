// How sessions begin and end; core/docs/wire.md sections 2, 3 and 7.
#include <muster/core/wire/envelope.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "fleet/fleet_state.hpp"

namespace muster::controller {
namespace {

constexpr std::size_t kMaxWantedManifests = 256;

}  // namespace

void Fleet::on_received(GatewayId gateway, const wire::Received& received) {
  auto* session = state_->sessions.at(gateway, received.route);
  const auto envelope = wire::decode_envelope(received.payload);
  if (!envelope) return state_->violated(session, gateway, received.route, envelope.error());
  if (envelope->header.type == wire::MessageType::Hello) {
    return state_->on_hello(gateway, received, *envelope);
  }
  if (session == nullptr) return state_->retry(gateway, received.route);
  // Only a gateway that mixes up its agents gets here; what it says is not the session's.
  if (session->transport_key != received.key) {
    return state_->violated(nullptr, gateway, received.route, wire::Violation::Session);
  }
  state_->on_sealed(*session, *envelope);
}

void Fleet::State::violated(Session* session, GatewayId gateway, BytesView route,
                            wire::Violation reason) {
  ++violations.at(static_cast<std::size_t>(reason));
  const auto* node = session == nullptr ? nullptr : nodes.find(session->node);
  parts.log.warn("a message broke the rules of the wire, ignoring it and ending its session",
                 {{"reason", wire::to_string(reason)},
                  {"node", node == nullptr ? std::string_view("-") : node->record.name}});
  const auto where = to_bytes(route);  // the session's own copy goes away with it
  if (session != nullptr) {
    if (session->live) {
      end_live(session->node);
    } else {
      sessions.close(*session);
    }
  }
  retry(gateway, where);
}

void Fleet::State::on_hello(GatewayId gateway, const wire::Received& received,
                            const wire::Envelope& envelope) {
  auto* node = nodes.find_key(received.key);
  if (node == nullptr) return;  // retired a moment ago: the gateway does not know yet
  if (auto* older = sessions.at(gateway, received.route)) {
    older->live ? end_live(older->node) : sessions.close(*older);
  }
  auto session =
      std::make_unique<Session>(parts.session_key, parts.signing_key, node->record.session_key);
  session->gateway = gateway;
  session->route = to_bytes(received.route);
  session->transport_key = received.key;
  session->node = node->record.id;
  session->begun = now();
  auto hello = session->sealed.on_hello(envelope);
  if (!hello) return violated(nullptr, gateway, received.route, hello.error());
  session->hello = std::move(*hello);
  if (session->hello.node != node->record.id) {
    return refuse(*session, {ErrorCode::PermissionDenied,
                             "these keys belong to another node id; join this node again",
                             "",
                             false,
                             {}});
  }
  if (is_clone(*node, session->hello)) {
    return refuse(
        *session,
        {ErrorCode::Conflict,
         "another machine is connected as this node; if this one is a copy of it, remove its "
         "identity and join it under a name of its own",
         "", true,
         // By then the session of a machine that was only booted anew has ended.
         offline_after(times)});
  }
  welcome(std::move(session), *node);
}

bool Fleet::State::is_clone(Node& node, const wire::Hello& hello) {
  auto* live = sessions.live(node.record.id);
  if (live == nullptr || live->hello.machine_id == hello.machine_id) return false;
  node.clone = Clone{hello.machine_id, unix_now()};
  if (std::exchange(live->clone, hello.machine_id) == hello.machine_id) return true;  // told before
  const std::string subject = "node/" + node.record.name;
  parts.events.record("node.clone", subject,
                      {{"machine_id", live->hello.machine_id}, {"kept", true}});
  parts.events.record("node.clone", subject, {{"machine_id", hello.machine_id}, {"kept", false}});
  parts.log.error("two machines are the same node; the second was refused",
                  {{"node", node.record.name},
                   {"first", live->hello.machine_id},
                   {"second", hello.machine_id}});
  return true;
}

void Fleet::State::refuse(Session& session, const Error& why) {
  const auto frame =
      session.sealed.refuse({static_cast<std::int32_t>(why.code), why.message, why.retry_after});
  if (frame) std::ignore = parts.link.send(session.gateway, session.route, *frame);
}

void Fleet::State::welcome(std::unique_ptr<Session> session, Node& node) {
  wire::Welcome answer;
  answer.session = next_session++;
  answer.heartbeat = times.heartbeat;
  answer.reconnect_window = times.reconnect_window;
  answer.window_bytes = parts.options.window_bytes;
  answer.window_messages = parts.options.window_messages;
  answer.controller_time_ms = unix_now();
  answer.epoch = parts.store.meta().epoch;
  answer.want_facts = session->hello.facts != node.record.facts_digest;
  answer.wanted_manifests = inventory.wanted(session->hello.plugins, kMaxWantedManifests);
  auto frame = session->sealed.welcome(answer);
  if (!frame) {
    parts.log.error("a session could not be agreed on",
                    {{"node", node.record.name}, {"reason", frame.error().message}});
    return;
  }
  auto& pending = sessions.add(std::move(session));
  sessions.send_frame(pending, std::move(*frame));
}

void Fleet::State::on_sealed(Session& session, const wire::Envelope& envelope) {
  const auto opened = session.sealed.open(envelope);
  if (!opened) return violated(&session, session.gateway, session.route, opened.error());
  auto* node = nodes.find(session.node);
  if (node == nullptr) return sessions.close(session);
  hear(*node);
  if (!session.live) begin(session, *node);
  update_presence(*node);
  const auto id = session.node;
  const auto reason = on_message(session, *node, *opened);
  // A listener may have ended the session meanwhile.
  if (reason && sessions.live(id) == &session) {
    violated(&session, session.gateway, session.route, *reason);
  }
}

void Fleet::State::begin(Session& session, Node& node) {
  end_live(session.node);
  sessions.promote(session);
  node.connected = true;
  node.in_session = true;
  node.facts_current = session.hello.facts == node.record.facts_digest;
  if (node.facts_current) node.facts_told = unix_now();
  node.leaving.reset();
  node.clone.reset();
  node.record.agent_version = session.hello.agent_version;
  std::ignore = name_plugins(node, session.hello.plugins);  // WELCOME asked for what is not known
  record_report(node);
  parts.log.debug("a session began", {{"node", node.record.name}});
  if (listener != nullptr) listener->on_session(session.node);
}

void Fleet::State::end_live(NodeId id) {
  auto* session = sessions.live(id);
  if (session == nullptr) return;
  sessions.close(*session);
  if (auto* node = nodes.find(id)) node->connected = false;
  if (listener != nullptr) listener->on_session_end(id);
}

}  // namespace muster::controller
