// Who is there, looked at once a second and whenever a node is heard.
#include <nlohmann/json.hpp>
#include <vector>

#include "fleet/fleet_state.hpp"

namespace muster::controller {

void Fleet::State::arm_tick() {
  ticker = parts.loop.after(kTick, [this] { tick(); });
}

void Fleet::State::tick() {
  for (auto* session : sessions.pending_before(now() - kPendingLife)) sessions.close(*session);
  std::vector<Node*> all;
  for (const auto& [name, node] : nodes.by_name()) all.push_back(node.get());
  for (auto* node : all) {
    update_presence(*node);
    if (const auto dropped = node->events.take_dropped(now()); dropped > 0) {
      parts.events.record("node.events_dropped", "node/" + node->record.name, {{"count", dropped}});
    }
  }
  for (const auto& id : std::exchange(reports_refused, {})) {
    if (auto* node = nodes.find(id)) record_report(*node);
  }
  arm_tick();
}

void Fleet::State::update_presence(Node& node) {
  const auto before = node.presence;
  const auto silence = now() - node.heard;
  std::optional<std::chrono::nanoseconds> leaving;
  if (node.leaving) leaving = now() - *node.leaving;
  node.presence =
      presence_of({node.ever_heard, node.in_session, leaving, silence, now() - started}, times);
  // One that is leaving is offline to all but the tasks that it still has.
  if (node.presence == Presence::Offline && (!node.leaving || silence >= offline_after(times))) {
    const bool was_leaving =
        before == Presence::Offline && sessions.live(node.record.id) != nullptr;
    end_live(node.record.id);
    // Those who wait for its tasks were not told yet: it might still have ended them.
    if (was_leaving && listener != nullptr) listener->on_offline(node.record.id);
  }
  if (node.presence == before) return;
  const std::string subject = "node/" + node.record.name;
  if (node.presence == Presence::Offline) {
    record_report(node);
    parts.events.record("node.offline", subject, {{"id", node.record.id.text()}});
    parts.log.info("a node is offline", {{"node", node.record.name}});
    if (listener != nullptr) listener->on_offline(node.record.id);
  } else if (before == Presence::Offline) {
    parts.events.record("node.online", subject, {{"id", node.record.id.text()}});
    parts.log.info("a node is back", {{"node", node.record.name}});
  }
}

}  // namespace muster::controller
