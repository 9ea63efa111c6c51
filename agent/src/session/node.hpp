/// What the controller may ask of this node, and who answers: tasks to the executor, facts and
/// plugins here.
///
/// One per agent, built in app.cpp; everything is [loop].
#pragma once

#include <muster/core/wire/messages.hpp>
#include <string>
#include <vector>

#include "executor/executor.hpp"
#include "facts/facts.hpp"
#include "session/connection.hpp"
#include "session/event_outbox.hpp"
#include "session/inventory.hpp"

namespace muster::agent {

struct NodeDescription {
  NodeId node;
  std::string name;
  std::string machine_id;
  std::string boot_id;
  std::string agent_version;
  Facts facts;
};

class Node final : public SessionHandler {
 public:
  Node(NodeDescription description, Executor& executor, EventOutbox& events,
       const Inventory& inventory, Uplink& uplink, ControllerTime& time, const Clock& clock,
       log::Logger log);

  /// What the agent found out anew about this node. Tells the controller, if it is there, when that
  /// makes a difference.
  void set_own_facts(Facts facts);
  /// The same of what plugins tell beside the node's own facts, which stay as they are.
  void set_plugin_facts(AgedFacts facts);
  /// Tells the controller, if it is there, that a plugin came, went or changed its state.
  void plugins_changed();

  void began(const wire::Welcome& welcome) override;
  void ended() override { executor_.session_ended(); }
  void has_room() override;
  void on_time(std::int64_t controller_ms) override { time_.set(controller_ms); }
  void on_task(wire::Task task) override { executor_.on_task(std::move(task)); }
  void on_cancel(const wire::Cancel& cancel) override { executor_.on_cancel(cancel); }
  void on_query(const wire::Query& query) override { executor_.on_query(query); }
  void on_out_ack(const wire::OutAck& ack) override { executor_.on_out_ack(ack); }
  void on_result_ack(const wire::ResultAck& ack) override { executor_.on_result_ack(ack); }
  void on_manifest_get(const wire::ManifestGet& get) override { send_manifest(get.digest); }
  [[nodiscard]] wire::Hello hello() const override;
  [[nodiscard]] wire::Heartbeat heartbeat() const override;

 private:
  void join_facts();
  void tell_facts();
  void send_manifest(const wire::Digest& digest);

  NodeDescription description_;
  AgedFacts plugin_facts_;
  AgedFacts told_;  // its own and the plugins', that fit
  crypto::Digest facts_digest_{};
  bool facts_untold_ = false;  // others than HELLO said
  bool plugins_untold_ = false;
  Executor& executor_;
  EventOutbox& events_;
  const Inventory& inventory_;
  Uplink& uplink_;
  ControllerTime& time_;
  const Clock& clock_;
  log::Logger log_;
};

}  // namespace muster::agent
