/// The nodes of the fleet: who they are, whether they are there, what they carry, and the way to
/// them.
///
/// One per process, built in app.cpp; everything is [loop]. It owns the sessions with the agents
/// and hands what concerns tasks to its listener, without looking into it. It starts no work
/// itself.
#pragma once

#include <functional>
#include <memory>
#include <muster/core/crypto/noise.hpp>
#include <muster/core/crypto/sign.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/selector/selector.hpp>
#include <muster/core/wire/messages.hpp>
#include <muster/core/wire/violation.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/agent_link.hpp"
#include "fleet/node.hpp"
#include "store/store.hpp"

namespace muster::log {
class Logger;
}

namespace muster::controller {

class EventLog;
class Groups;

/// Who wants to join, as the enrolment route read it.
struct EnrollRequest {
  Bytes secret;  ///< of the token
  std::string name;
  std::string machine_id;
  PublicKey transport_key{};
  PublicKey session_key{};
};

struct EnrollAnswer {
  NodeId node;
  std::string gateway_address;
  PublicKey gateway_key{};
  PublicKey controller_session_key{};
  PublicKey controller_signing_key{};
};

/// Whoever works with the nodes' sessions; JobService. Called on the loop.
class NodeListener {
 public:
  virtual ~NodeListener() = default;
  /// A session was proven and is the node's one live session from now on.
  virtual void on_session(NodeId node) = 0;
  virtual void on_session_end(NodeId node) = 0;
  /// A message about tasks, opened and in order. A violation returned closes the session.
  virtual std::optional<wire::Violation> on_message(NodeId node, wire::MessageType type,
                                                    BytesView body) = 0;
  /// The node takes no tasks any more; of those that its session brought it has `kept`, and will
  /// have no other.
  virtual void on_leaving(NodeId node, const std::vector<TaskId>& kept) = 0;
  /// The node was found to be offline; its session ended before, unless it is leaving. Then it is
  /// called again once that has ended.
  virtual void on_offline(NodeId node) = 0;
  /// After send() said Unavailable to a live session: there is room again.
  virtual void on_room(NodeId node) = 0;
};

struct FleetOptions {
  std::string gateway_address;  ///< what agents are told; empty: what the gateway says of itself
  std::uint64_t window_bytes = std::uint64_t{4} << 20U;
  std::uint64_t window_messages = 1000;
  std::uint32_t admit_per_second = 500;
};

class Fleet {
 public:
  static constexpr std::chrono::milliseconds kSelectWithin{250};

  /// References must outlive it.
  struct Parts {
    run::EventLoop& loop;
    Store& store;
    EventLog& events;
    log::Logger& log;
    AgentLink& link;
    const Groups& groups;
    const crypto::SessionKeyPair& session_key;
    const crypto::SigningKey& signing_key;
    FleetOptions options;
  };
  explicit Fleet(Parts parts);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  /// Reads the nodes from the store. Once, before anything else.
  [[nodiscard]] Status load();
  void set_listener(NodeListener* listener);

  // --- nodes
  [[nodiscard]] std::vector<const Node*> nodes() const;  ///< by name
  [[nodiscard]] const Node* find(NodeId id) const;
  /// Errors: NotFound, with a name that is near.
  [[nodiscard]] Result<const Node*> find(std::string_view name_or_id) const;
  /// In the words of this fleet. Errors: as Selector::parse().
  [[nodiscard]] Result<selector::Selector> parse(std::string_view text,
                                                 selector::SyntaxError* where = nullptr) const;
  /// Errors: ResourceExhausted for one that takes longer than kSelectWithin.
  [[nodiscard]] Result<Selection> select(const selector::Selector& selector) const;
  /// A sentence about a label that no node has; else empty.
  [[nodiscard]] std::string check_label(const std::string& label) const;
  /// For each of these nodes, why the selector cannot tell whether it means it.
  [[nodiscard]] std::vector<std::vector<selector::Untold>> untold(
      const selector::Selector& selector, const std::vector<const Node*>& nodes) const;
  /// As parse(), of what the group of this name is to mean: it may not name itself.
  [[nodiscard]] Result<selector::Selector> parse_group(
      std::string_view name, std::string_view text, selector::SyntaxError* where = nullptr) const;
  /// The other groups whose meaning depends on this one, by name.
  [[nodiscard]] std::vector<std::string> groups_that_name(std::string_view group) const;
  [[nodiscard]] FleetCounts counts() const;

  /// Lets a node in. Errors: InvalidArgument (a name or key that is none), PermissionDenied and
  /// Conflict as Store::enroll_node; Unavailable when no gateway has ever said where it is.
  void enroll(EnrollRequest request, Done<EnrollAnswer> done);
  /// Errors: InvalidArgument as check_labels(); NotFound; Unavailable (retryable) while another
  /// change of them is on its way, which this one does not know. `by` is who asks, and `done` is
  /// told whether anything changed, here and below.
  void set_labels(NodeId node, Labels labels, const std::string& by, Done<bool> done);
  /// Takes the node out of service; of one that is out it changes the reason, if there is another.
  /// What it runs goes on. Errors: NotFound.
  void drain(NodeId node, Drain drain, Done<bool> done);
  /// Brings it back. Errors: NotFound.
  void undrain(NodeId node, const std::string& by, Done<bool> done);
  /// Its key is revoked at every gateway at once, its session ends, its id is never used again.
  void retire(NodeId node, const std::string& by, Done<void> done);

  // --- plugins
  [[nodiscard]] std::vector<PluginSummary> plugins() const;  ///< by id, then newest version first
  /// Null when no node of the fleet names it, or none has sent it. Lives until the loop goes on.
  [[nodiscard]] const config::Manifest* manifest(const Digest& digest) const;
  /// That of one of the node's plugins: the one it had before, while the one that it names is on
  /// its way.
  [[nodiscard]] const config::Manifest* manifest_of(const Node& node,
                                                    const wire::PluginInfo& plugin) const;
  [[nodiscard]] std::size_t manifests() const;  ///< in memory

  // --- gateways
  [[nodiscard]] std::vector<GatewayStatus> gateways() const;
  void on_gateway(GatewayId gateway, const wire::GatewayHello& hello);
  void on_received(GatewayId gateway, const wire::Received& received);
  void on_counters(GatewayId gateway, const wire::Counters& counters);
  void on_gateway_lost(GatewayId gateway, const std::string& why);
  void on_writable(GatewayId gateway);

  // --- sessions
  [[nodiscard]] bool connected(NodeId node) const;
  /// Connected, and not leaving.
  [[nodiscard]] bool takes_tasks(NodeId node) const;
  [[nodiscard]] std::size_t sessions() const;  ///< live ones
  /// Seals and sends. Errors: Unavailable without a live session, or while too much is waiting to
  /// be sent.
  [[nodiscard]] Status send(NodeId node, wire::MessageType type, BytesView body);
  template <class Message>
  [[nodiscard]] Status send(NodeId node, const Message& message) {
    const auto body = wire::encode_checked(message);
    return body ? send(node, Message::kType, *body) : leave_out(Message::kType, body.error());
  }
  /// Ends the node's live session, if any; it comes back after that time. From inside on_message()
  /// too.
  void send_away(NodeId node, const std::string& why, std::chrono::milliseconds come_back_after);
  /// Of all sessions since the start, by reason.
  [[nodiscard]] std::uint64_t violations(wire::Violation reason) const;
  [[nodiscard]] PresenceTimes times() const;

 private:
  /// Logs that a message passes a limit of the wire, a fault of whoever filled it.
  [[nodiscard]] Status leave_out(wire::MessageType type, const Error& why);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::controller
