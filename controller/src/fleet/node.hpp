/// A node as the running controller knows it, and what is asked of many of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <muster/core/base/clock.hpp>
#include <muster/core/config/manifest.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/event_quota.hpp"
#include "fleet/presence.hpp"
#include "store/records.hpp"

namespace muster::controller {

/// Another machine that had a connected node's identity and was refused.
struct Clone {
  std::string machine_id;
  UnixMs refused = 0;  ///< when last
};

struct Node {
  NodeRecord record;
  Presence presence = Presence::Offline;
  bool facts_current = false;       ///< its session has said that they are so
  UnixMs facts_told = 0;            ///< when it said last that they are so, but for older ones
  bool connected = false;           ///< has a live session
  bool ever_heard = false;          ///< in this run of the controller
  bool in_session = false;          ///< ever, in this run of the controller
  MonoTime heard{};                 ///< when last
  std::optional<MonoTime> leaving;  ///< since when, by its last session, which may still be live
  std::uint32_t running = 0;        ///< tasks, by its last heartbeat
  std::uint32_t queued = 0;
  std::optional<Clone> clone;  ///< the last one since the node's session began
  EventQuota events;
  /// Its plugins as they were before, where the manifest that it names now has not come yet.
  std::vector<wire::PluginInfo> former;

  /// When it knew last that this fact is so.
  [[nodiscard]] UnixMs told_of(const std::string& fact) const {
    const auto older = record.facts_older.find(fact);
    return older == record.facts_older.end() ? facts_told : older->second;
  }

  /// Those whose manifests it has a use for.
  [[nodiscard]] std::vector<wire::PluginInfo> named() const {
    auto all = record.plugins;
    all.insert(all.end(), former.begin(), former.end());
    return all;
  }
};

/// How long what a node told of itself is believed without being said again.
inline constexpr std::chrono::hours kFactsLife{24};

/// Pointers live until the next node joins or leaves.
struct Selection {
  std::vector<const Node*> matched;  ///< by name
  std::vector<const Node*>
      unknown;  ///< left out: the selector asks for a fact that they have not told
};

struct FleetCounts {
  std::size_t total = 0;
  std::size_t online = 0;
  std::size_t suspect = 0;
  std::size_t offline = 0;
  std::size_t drained = 0;  ///< whatever their presence
};

struct GatewayStatus {
  std::string address;
  bool connected = false;
  std::map<std::string, std::uint64_t> counters;  ///< what it said last of kGatewayCounters
};

/// The counters of core/docs/wire.md section 8 that are kept; a gateway may say more.
inline constexpr std::array<std::string_view, 6> kGatewayCounters{
    "refused_keys", "violations", "failed_handshakes", "dropped_frames", "retries", "routes"};

/// One version of one plugin, over the whole fleet.
struct PluginSummary {
  std::string id;
  std::string version;
  Digest digest{};                             ///< of the manifest
  const config::Manifest* manifest = nullptr;  ///< null until a node has sent it
  std::size_t nodes = 0;
  std::map<std::string, std::size_t> states;   ///< "unknown" of nodes that are offline
  std::map<std::string, std::size_t> reasons;  ///< "STATE: WHY" to nodes, for what is not ready
};

}  // namespace muster::controller
