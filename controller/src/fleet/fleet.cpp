#include "fleet/fleet.hpp"

#include <algorithm>
#include <muster/core/wire/node_name.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "fleet/fleet_state.hpp"
#include "labels.hpp"

namespace muster::controller {
namespace {

constexpr std::size_t kMaxMachineId = 256;

Status check_enroll(const EnrollRequest& request) {
  if (auto good = wire::check_node_name(request.name); !good) {
    return fail(ErrorCode::InvalidArgument, good.error().message, "/name");
  }
  if (request.machine_id.empty() || request.machine_id.size() > kMaxMachineId) {
    return fail(ErrorCode::InvalidArgument, "a machine id has 1 to 256 bytes", "/machine_id");
  }
  if (request.transport_key == PublicKey{}) {
    return fail(ErrorCode::InvalidArgument, "the transport key is empty", "/transport_key");
  }
  if (request.session_key == PublicKey{}) {
    return fail(ErrorCode::InvalidArgument, "the session key is empty", "/session_key");
  }
  return {};
}

/// A label that a node has from before the rules were as they are bars no others from being set.
Status check_change(const Node* node, const Labels& labels) {
  if (node == nullptr || labels.size() > kMaxLabels) return check_labels(labels);
  auto fresh = labels;
  for (const auto& [name, value] : node->record.labels) {
    const auto found = fresh.find(name);
    if (found != fresh.end() && found->second == value) fresh.erase(found);
  }
  return check_labels(fresh);
}

/// What is set that was not so before, and what is there no more.
nlohmann::json change_of(const Labels& before, const Labels& after) {
  auto set = nlohmann::json::object();
  auto removed = nlohmann::json::array();
  for (const auto& label : after) {
    const auto found = before.find(label.first);
    if (found == before.end() || *found != label) set[label.first] = label.second;
  }
  for (const auto& [name, value] : before) {
    if (!after.contains(name)) removed.push_back(name);
  }
  return {{"set", std::move(set)}, {"removed", std::move(removed)}};
}

}  // namespace

Fleet::State::State(Parts the_parts)
    : parts(the_parts),
      started(parts.loop.clock().mono_now()),
      inventory(parts.store, parts.log, parts.loop.clock()),
      sessions(parts.link),
      retries(parts.link) {}

void Fleet::State::recompute_times() { times = PresenceTimes::for_fleet(nodes.size()); }

void Fleet::State::joined(NodeRecord record) {
  auto& node = nodes.add(std::move(record));
  inventory.renamed({}, node.record.plugins);
  recompute_times();
  // It said something just now, though not through a session: it is waited for, not missing, and
  // not there before its first session has told what it can do.
  node.presence = Presence::Suspect;
  hear(node);
  const std::array<wire::TransportKey, 1> key{node.record.transport_key};
  for (const auto& [gateway, hello] : gateways) parts.link.allow(gateway, key, false);
  parts.events.record("node.joined", "node/" + node.record.name, {{"id", node.record.id.text()}});
  parts.log.info("a node joined", {{"node", node.record.name}});
}

void Fleet::State::limit_gateway_addresses() {
  if (gateway_status.size() < kMaxGatewayAddresses) return;
  const auto gone = std::find_if(gateway_status.begin(), gateway_status.end(),
                                 [](const auto& entry) { return !entry.second.connected; });
  if (gone != gateway_status.end()) gateway_status.erase(gone);
}

bool Fleet::State::has_gateway_at(const std::string& address) const {
  return std::any_of(gateways.begin(), gateways.end(),
                     [&](const auto& entry) { return entry.second.address == address; });
}

const wire::GatewayHello* Fleet::State::gateway_to_join() const {
  if (!gateways.empty()) return &gateways.rbegin()->second;
  return lost_gateway ? &*lost_gateway : nullptr;
}

void Fleet::State::hear(Node& node) const {
  node.ever_heard = true;
  node.heard = now();
  node.record.last_seen = unix_now();
}

void Fleet::State::record_report(Node& node) {
  const auto id = node.record.id;
  const auto [writing, is_first] = reports_in_writing.try_emplace(id, false);
  if (!is_first) {
    writing->second = true;
    return;
  }
  NodeReport report{node.record.last_seen, node.record.agent_version, node.record.facts_digest,
                    node.record.facts,     node.record.facts_older,   node.record.plugins};
  parts.store.update_node(id, std::move(report), [this, id](const Status& stored) {
    if (!stored && stored.error().code == ErrorCode::Unavailable && stored.error().retryable) {
      reports_refused.insert(id);
    } else if (!stored) {
      parts.log.warn("what a node told was not stored, ignoring",
                     {{"reason", stored.error().message}});
    }
    const bool newer = reports_in_writing.at(id);
    reports_in_writing.erase(id);
    if (auto* told = nodes.find(id); newer && told != nullptr) record_report(*told);
  });
}

Fleet::Fleet(Parts parts) : state_(std::make_unique<State>(std::move(parts))) {}
Fleet::~Fleet() = default;

Status Fleet::load() {
  auto records = state_->parts.store.nodes();
  if (!records) return tl::unexpected(records.error());
  for (auto& record : *records) {
    auto& node = state_->nodes.add(std::move(record));
    node.presence = Presence::Suspect;
    node.facts_told = node.record.last_seen;
    state_->inventory.renamed({}, node.record.plugins);
  }
  state_->inventory.forget_others();
  state_->recompute_times();
  state_->arm_tick();
  return {};
}

void Fleet::set_listener(NodeListener* listener) { state_->listener = listener; }

std::vector<const Node*> Fleet::nodes() const {
  std::vector<const Node*> all;
  for (const auto& [name, node] : state_->nodes.by_name()) all.push_back(node.get());
  return all;
}

const Node* Fleet::find(NodeId id) const { return state_->nodes.find(id); }

Result<const Node*> Fleet::find(std::string_view name_or_id) const {
  return std::as_const(state_->nodes).find(name_or_id);
}

FleetCounts Fleet::counts() const { return state_->nodes.counts(); }

void Fleet::enroll(EnrollRequest request, Done<EnrollAnswer> done) {
  if (auto good = check_enroll(request); !good) return done(tl::unexpected(good.error()));
  if (state_->gateway_to_join() == nullptr) {
    return done(
        fail(ErrorCode::Unavailable,
             "no gateway has told this controller where it listens; start muster-gateway first"));
  }
  NodeRecord record;
  record.id = NodeId::random();
  record.name = request.name;
  record.machine_id = request.machine_id;
  record.transport_key = request.transport_key;
  record.session_key = request.session_key;
  record.enrolled = state_->unix_now();
  const auto digest = crypto::sha256(request.secret);
  state_->parts.store.enroll_node(
      digest, std::move(record), [this, done = std::move(done)](Result<NodeRecord> stored) {
        if (!stored) return done(tl::unexpected(stored.error()));
        const auto& options = state_->parts.options;
        const auto& gateway = *state_->gateway_to_join();
        EnrollAnswer answer{
            stored->id, options.gateway_address.empty() ? gateway.address : options.gateway_address,
            gateway.key, state_->parts.session_key.public_key,
            state_->parts.signing_key.public_key()};
        // A repeat, for a node that did not get the first answer, changes nothing.
        if (state_->nodes.find(stored->id) == nullptr) state_->joined(std::move(*stored));
        done(answer);
      });
}

void Fleet::set_labels(NodeId id, Labels labels, const std::string& by, Done<bool> done) {
  const auto* known = state_->nodes.find(id);
  if (auto good = check_change(known, labels); !good) return done(tl::unexpected(good.error()));
  if (state_->labelled.contains(id)) {
    return done(tl::unexpected(Error{ErrorCode::Unavailable,
                                     "somebody else changes the labels of this node just now; try "
                                     "again",
                                     "", true, std::chrono::seconds(1)}));
  }
  if (known != nullptr && known->record.labels == labels) return done(false);
  state_->labelled.insert(id);
  state_->parts.store.set_labels(
      id, labels, [this, id, labels, by, done = std::move(done)](const Status& stored) {
        state_->labelled.erase(id);
        if (!stored) return done(tl::unexpected(stored.error()));
        if (auto* node = state_->nodes.find(id)) {
          auto change = change_of(node->record.labels, labels);
          change["by"] = by;
          state_->parts.events.record("node.labelled", "node/" + node->record.name, change);
          node->record.labels = labels;
        }
        done(true);
      });
}

void Fleet::State::set_drain(NodeId id, std::optional<Drain> drain, const std::string& by,
                             Done<bool> done) {
  parts.store.set_drain(
      id, drain, [this, id, drain, by, done = std::move(done)](const Status& stored) {
        if (!stored) return done(tl::unexpected(stored.error()));
        auto* node = nodes.find(id);
        if (node == nullptr) return done(false);
        const auto was = std::exchange(node->record.drain, drain);
        const bool changed =
            was.has_value() != drain.has_value() || (was && was->reason != drain->reason);
        if (changed) {
          nlohmann::json data{{"by", by}};
          if (drain) data["reason"] = drain->reason;
          parts.events.record(drain ? "node.drained" : "node.undrained",
                              "node/" + node->record.name, data);
        }
        done(changed);
      });
}

void Fleet::drain(NodeId id, Drain drain, Done<bool> done) {
  const auto by = drain.by;
  const auto* node = state_->nodes.find(id);
  if (node != nullptr && node->record.drain) {
    const auto& now = *node->record.drain;
    if (drain.reason.empty() || drain.reason == now.reason) drain = now;
    drain.since = now.since;
  }
  state_->set_drain(id, std::move(drain), by, std::move(done));
}

void Fleet::undrain(NodeId id, const std::string& by, Done<bool> done) {
  state_->set_drain(id, std::nullopt, by, std::move(done));
}

void Fleet::retire(NodeId id, const std::string& by, Done<void> done) {
  state_->parts.store.retire_node(
      id, state_->unix_now(), [this, id, by, done = std::move(done)](const Status& stored) {
        const auto* node = state_->nodes.find(id);
        if (stored && node != nullptr) {
          const std::array<wire::TransportKey, 1> key{node->record.transport_key};
          state_->parts.link.revoke(key);
          if (auto* pending = state_->sessions.pending(id)) state_->sessions.close(*pending);
          state_->end_live(id);
          if (state_->listener != nullptr) state_->listener->on_offline(id);
          state_->parts.events.record("node.retired", "node/" + node->record.name,
                                      {{"id", id.text()}, {"by", by}});
          state_->inventory.renamed(node->named(), {});
          state_->nodes.remove(id);
          state_->recompute_times();
        }
        done(stored);
      });
}

std::vector<PluginSummary> Fleet::plugins() const {
  return state_->inventory.summaries(state_->nodes);
}

std::size_t Fleet::manifests() const { return state_->inventory.known(); }

const config::Manifest* Fleet::manifest_of(const Node& node, const wire::PluginInfo& plugin) const {
  if (const auto* known = manifest(plugin.manifest)) return known;
  for (const auto& one : node.former) {
    if (one.id == plugin.id) return manifest(one.manifest);
  }
  return nullptr;
}

const config::Manifest* Fleet::manifest(const Digest& digest) const {
  return state_->inventory.find(digest);
}

std::vector<GatewayStatus> Fleet::gateways() const {
  std::vector<GatewayStatus> all;
  for (const auto& [address, status] : state_->gateway_status) all.push_back(status);
  return all;
}

void Fleet::on_gateway(GatewayId gateway, const wire::GatewayHello& hello) {
  state_->gateways[gateway] = hello;
  if (!state_->gateway_status.contains(hello.address)) state_->limit_gateway_addresses();
  auto& status = state_->gateway_status[hello.address];
  status.address = hello.address;
  status.connected = true;
  state_->parts.link.admit(gateway, state_->parts.options.admit_per_second);
  const auto keys = state_->nodes.transport_keys();
  state_->parts.link.allow(gateway, keys, true);
  state_->parts.log.info("a gateway connected", {{"address", hello.address}});
}

void Fleet::on_gateway_lost(GatewayId gateway, const std::string& why) {
  if (const auto found = state_->gateways.find(gateway); found != state_->gateways.end()) {
    const auto address = found->second.address;
    state_->lost_gateway = std::move(found->second);
    state_->gateways.erase(found);
    state_->parts.log.warn(
        "a gateway is gone, its agents come back through another connection, retrying",
        {{"address", address}, {"reason", why}});
    const auto status = state_->gateway_status.find(address);
    if (status != state_->gateway_status.end()) {
      status->second.connected = state_->has_gateway_at(address);
    }
  }
  for (auto* session : state_->sessions.of_gateway(gateway)) {
    if (session->live) {
      state_->end_live(session->node);
    } else {
      state_->sessions.close(*session);
    }
  }
}

void Fleet::on_counters(GatewayId gateway, const wire::Counters& counters) {
  const auto from = state_->gateways.find(gateway);
  if (from == state_->gateways.end()) return;
  const auto status = state_->gateway_status.find(from->second.address);
  if (status == state_->gateway_status.end()) return;
  auto& kept = status->second.counters;
  for (const auto name : kGatewayCounters) {
    const auto told = counters.values.find(std::string(name));
    if (told != counters.values.end()) kept[told->first] = told->second;
  }
}

void Fleet::on_writable(GatewayId gateway) {
  for (const auto node : state_->sessions.flush(gateway)) {
    if (state_->listener != nullptr) state_->listener->on_room(node);
  }
}

std::size_t Fleet::sessions() const { return state_->sessions.live_count(); }

bool Fleet::connected(NodeId node) const { return state_->sessions.live(node) != nullptr; }

bool Fleet::takes_tasks(NodeId node) const {
  const auto* known = find(node);
  return known != nullptr && !known->leaving && connected(node);
}

Status Fleet::send(NodeId node, wire::MessageType type, BytesView body) {
  auto* session = state_->sessions.live(node);
  if (session == nullptr) return fail(ErrorCode::Unavailable, "the node has no session");
  return state_->sessions.send(*session, type, body);
}

Status Fleet::leave_out(wire::MessageType type, const Error& why) {
  state_->parts.log.error("a message does not fit the wire, ignoring",
                          {{"type", wire::to_string(type)}, {"error", why.message}});
  return {};  // waiting does not make it smaller
}

void Fleet::send_away(NodeId node, const std::string& why,
                      std::chrono::milliseconds come_back_after) {
  // Without room for it the agent finds out by itself, from RETRY.
  std::ignore = send(node, wire::GoAway{why, come_back_after});
  state_->end_live(node);
}

std::uint64_t Fleet::violations(wire::Violation reason) const {
  return state_->violations.at(static_cast<std::size_t>(reason));
}

PresenceTimes Fleet::times() const { return state_->times; }

}  // namespace muster::controller
