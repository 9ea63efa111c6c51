// What a node says of itself inside its session. What concerns tasks goes to the listener unread.
#include <algorithm>
#include <muster/core/wire/limits.hpp>
#include <nlohmann/json.hpp>

#include "fleet/event_source.hpp"
#include "fleet/fleet_state.hpp"
#include "node_json.hpp"
#include "store/event_limits.hpp"

namespace muster::controller {
namespace {

using wire::MessageType;
using wire::Violation;

/// Decodes the body and hands it on; a body of another shape is a violation.
template <class Message, class Use>
std::optional<Violation> with(const net::Opened& opened, Use use) {
  auto message = wire::decode<Message>(opened.body);
  if (!message) {
    return message.error().code == ErrorCode::ResourceExhausted ? Violation::Limit
                                                                : Violation::Body;
  }
  return use(*message);
}

/// Of the manifest that the node names for this plugin.
Digest digest_named(const Node& node, const std::string& plugin) {
  for (const auto& one : node.record.plugins) {
    if (one.id == plugin) return one.manifest;
  }
  return {};
}

/// The plugin among those of `before`, if its manifest was another, and known.
const wire::PluginInfo* known_before(Inventory& inventory,
                                     const std::vector<wire::PluginInfo>& before,
                                     const wire::PluginInfo& plugin) {
  const auto found = std::find_if(before.begin(), before.end(), [&](const auto& one) {
    return one.id == plugin.id && one.manifest != plugin.manifest &&
           inventory.find(one.manifest) != nullptr;
  });
  return found == before.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Violation> Fleet::State::on_message(Session& session, Node& node,
                                                  const net::Opened& opened) {
  switch (opened.type) {
    case MessageType::Heartbeat:
      return with<wire::Heartbeat>(opened,
                                   [&](const wire::Heartbeat& beat) -> std::optional<Violation> {
                                     node.running = beat.running;
                                     node.queued = beat.queued;
                                     // It tells them anew when they change, so as long as it is
                                     // there they are so.
                                     if (node.facts_current) node.facts_told = unix_now();
                                     answer_heartbeat(session);
                                     return std::nullopt;
                                   });
    case MessageType::Leaving:
      return with<wire::Leaving>(opened, [&](const wire::Leaving& m) -> std::optional<Violation> {
        answer_heartbeat(session);
        take_leave(node, m);
        return std::nullopt;
      });
    case MessageType::Plugins:
      return with<wire::Plugins>(opened, [&](wire::Plugins& message) -> std::optional<Violation> {
        take_plugins(session, node, std::move(message.plugins));
        return std::nullopt;
      });
    case MessageType::Manifest:
      return with<wire::Manifest>(opened,
                                  [&](const wire::Manifest& m) { return take_manifest(node, m); });
    case MessageType::Facts:
      return with<wire::Facts>(opened, [&](wire::Facts& message) -> std::optional<Violation> {
        take_facts(node, std::move(message));
        return std::nullopt;
      });
    case MessageType::Event:
      return with<wire::Event>(opened, [&](const wire::Event& event) -> std::optional<Violation> {
        take_event(node, event);
        return std::nullopt;
      });
    default:
      if (listener == nullptr) return std::nullopt;
      return listener->on_message(node.record.id, opened.type, opened.body);
  }
}

void Fleet::State::answer_heartbeat(Session& session) {
  const auto body = wire::encode(wire::HeartbeatAck{unix_now()});
  // Without room the agent misses an answer, which is what it should learn.
  std::ignore = sessions.send(session, MessageType::HeartbeatAck, body);
}

void Fleet::State::take_leave(Node& node, const wire::Leaving& leaving) {
  if (!node.leaving) node.leaving = now();
  if (listener != nullptr) listener->on_leaving(node.record.id, leaving.tasks);
  update_presence(node);
}

void Fleet::State::take_facts(Node& node, wire::Facts message) {
  node.facts_current = true;
  node.facts_told = unix_now();
  node.record.facts_digest = message.digest;
  node.record.facts = std::move(message.facts);
  node.record.facts_older.clear();
  for (const auto& [name, age] : message.ages) {
    if (!node.record.facts.contains(name)) continue;
    const auto counted = std::min<std::chrono::milliseconds>(age, wire::kMaxFactAge);
    node.record.facts_older[name] = node.facts_told - counted.count();
  }
  record_report(node);
}

void Fleet::State::take_plugins(Session& session, Node& node,
                                std::vector<wire::PluginInfo> plugins) {
  const auto wanted = name_plugins(node, std::move(plugins));
  record_report(node);
  for (const auto& digest : wanted) {
    std::ignore =
        sessions.send(session, MessageType::ManifestGet, wire::encode(wire::ManifestGet{digest}));
  }
}

std::vector<Digest> Fleet::State::name_plugins(Node& node, std::vector<wire::PluginInfo> plugins) {
  const auto before = node.named();
  std::vector<wire::PluginInfo> former;
  for (const auto& plugin : plugins) {
    const auto* was = known_before(inventory, before, plugin);
    if (was != nullptr) former.push_back(*was);
  }
  node.record.plugins = std::move(plugins);
  node.former = std::move(former);
  auto all = node.named();
  inventory.renamed(before, all);
  auto wanted = inventory.wanted(node.record.plugins, node.record.plugins.size());
  std::erase_if(node.former, [&](const wire::PluginInfo& one) {
    return std::find(wanted.begin(), wanted.end(), digest_named(node, one.id)) == wanted.end();
  });
  inventory.renamed(all, node.named());
  return wanted;
}

std::optional<Violation> Fleet::State::take_manifest(Node& node, const wire::Manifest& manifest) {
  const auto added = inventory.add(node.record.plugins, manifest.digest, manifest.json);
  if (!added && added.error().code == ErrorCode::Corrupt) return Violation::Body;
  const auto before = node.named();
  std::erase_if(node.former, [&](const wire::PluginInfo& one) {
    return digest_named(node, one.id) == manifest.digest;
  });
  inventory.renamed(before, node.named());
  if (added) return std::nullopt;
  if (added.error().code == ErrorCode::ResourceExhausted) {
    if (!used_shares.due(now())) return std::nullopt;
    parts.log.warn("a plugin's manifest was not taken, its operations are unknown",
                   {{"node", node.record.name}, {"reason", added.error().message}});
    return std::nullopt;
  }
  parts.log.warn("a plugin's manifest breaks a rule, ignoring its operations",
                 {{"digest", to_hex(manifest.digest)}, {"reason", added.error().message}});
  return std::nullopt;
}

void Fleet::State::take_event(Node& node, const wire::Event& event) {
  // No violation: a plugin that goes may have had its last word on the way.
  if (auto may = check_event_source(event.type, event.source, node.record.plugins); !may) {
    node.events.refuse(now());
    if (!foreign_events.due(now())) return;
    parts.log.warn("a node said an event that is not its to say, ignoring",
                   {{"node", node.record.name}, {"reason", may.error().message}});
    return;
  }
  if (!node.events.take(now())) return;
  nlohmann::json said{{"time", event.time_ms},
                      {"source", event.source},
                      {"id", event.id},
                      {"data", nlohmann::json::object()}};
  if (!event.data.empty()) said["data"] = json_from_node(event.data);
  if (said.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size() > kMaxEventJson) {
    said["data"] = nlohmann::json::object();
    said["note"] = "the data is left out: the event has more than 128 KiB as JSON";
  }
  // The subject's beginning is ours, so that a node cannot speak of another.
  // A repeated id is recorded as often as it came: whoever acts on events tells them apart by it.
  parts.events.record(event.type, "node/" + node.record.name + "/" + event.subject, said);
}

}  // namespace muster::controller
