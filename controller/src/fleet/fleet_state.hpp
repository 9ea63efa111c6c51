/// The inside of Fleet, shared by its source files only.
#pragma once

#include <array>
#include <map>
#include <muster/core/log/logger.hpp>
#include <optional>
#include <set>
#include <string>

#include "events/event_log.hpp"
#include "fleet/fleet.hpp"
#include "fleet/groups.hpp"
#include "fleet/inventory.hpp"
#include "fleet/node_registry.hpp"
#include "fleet/seldom.hpp"
#include "fleet/session_table.hpp"

namespace muster::controller {

inline constexpr std::chrono::seconds kPendingLife{30};
inline constexpr std::chrono::seconds kTick{1};
inline constexpr std::size_t kMaxGatewayAddresses = 128;  ///< twice the gateways that connect

struct Fleet::State {
  explicit State(Parts the_parts);

  // nodes and gateways: fleet.cpp
  void joined(NodeRecord record);
  /// It said something just now.
  void hear(Node& node) const;
  /// Stores what a node told of itself: one write of each node at a time, and the last word wins,
  /// so that a node that talks a lot cannot fill the store's queue.
  void record_report(Node& node);
  void set_drain(NodeId id, std::optional<Drain> drain, const std::string& by, Done<bool> done);
  void recompute_times();
  /// Makes room for one more address, of which one is forgotten whose gateway is gone.
  void limit_gateway_addresses();
  /// Two may say the same address, or one may come back before its old connection is found dead.
  [[nodiscard]] bool has_gateway_at(const std::string& address) const;
  /// The one that a new node is told: of those connected the last that came. When none is, the last
  /// that went, because a gateway that restarts is back in a second, where it was. Null when there
  /// never was one.
  [[nodiscard]] const wire::GatewayHello* gateway_to_join() const;
  [[nodiscard]] MonoTime now() const { return parts.loop.clock().mono_now(); }
  [[nodiscard]] UnixMs unix_now() const { return to_unix_ms(parts.loop.clock().unix_now()); }

  // sessions: fleet_sessions.cpp
  void on_hello(GatewayId gateway, const wire::Received& received, const wire::Envelope& envelope);
  [[nodiscard]] bool is_clone(Node& node, const wire::Hello& hello);
  void refuse(Session& session, const Error& why);
  void welcome(std::unique_ptr<Session> session, Node& node);
  void on_sealed(Session& session, const wire::Envelope& envelope);
  void begin(Session& session, Node& node);
  void end_live(NodeId node);
  void violated(Session* session, GatewayId gateway, BytesView route, wire::Violation reason);
  void retry(GatewayId gateway, BytesView route) { retries.answer(gateway, route, 0, now()); }

  // what nodes say of themselves: fleet_messages.cpp
  [[nodiscard]] std::optional<wire::Violation> on_message(Session& session, Node& node,
                                                          const net::Opened& opened);
  void answer_heartbeat(Session& session);
  void take_leave(Node& node, const wire::Leaving& leaving);
  void take_facts(Node& node, wire::Facts message);
  void take_plugins(Session& session, Node& node, std::vector<wire::PluginInfo> plugins);
  /// Keeps what it knows of a plugin that is another now until that one's manifest comes, so that
  /// its operations are not gone for a moment. The manifests that are to be asked for.
  [[nodiscard]] std::vector<Digest> name_plugins(Node& node, std::vector<wire::PluginInfo> plugins);
  [[nodiscard]] std::optional<wire::Violation> take_manifest(Node& node,
                                                             const wire::Manifest& manifest);
  void take_event(Node& node, const wire::Event& event);

  // selectors: fleet_selectors.cpp
  [[nodiscard]] selector::Vocabulary vocabulary();
  [[nodiscard]] Status check_last(std::string_view of);
  /// Of all that the selector asks about with last(). Errors: those of the store's reads.
  [[nodiscard]] Result<NodeRegistry::LastTasks> last_tasks(
      const selector::Expression& expression) const;

  // presence: fleet_presence.cpp
  void arm_tick();
  void tick();
  void update_presence(Node& node);

  Parts parts;
  MonoTime started;
  PresenceTimes times;
  NodeListener* listener = nullptr;
  NodeRegistry nodes;
  std::map<NodeId, bool> reports_in_writing;  // true: there is newer to write after this one
  std::set<NodeId> reports_refused;           // by a store that was busy; written at the next tick
  std::set<NodeId> labelled;                  // whose labels are on their way to the disk
  Inventory inventory;
  SessionTable sessions;
  RetryLimiter retries;
  std::uint64_t next_session = 1;
  std::array<std::uint64_t, wire::kViolations> violations{};
  std::map<GatewayId, wire::GatewayHello> gateways;
  std::optional<wire::GatewayHello> lost_gateway;       // the last that went
  std::map<std::string, GatewayStatus> gateway_status;  // by address
  Seldom foreign_events;                                // told of, as the next
  Seldom used_shares;
  run::Timer ticker;
};

}  // namespace muster::controller
