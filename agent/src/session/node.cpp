#include "session/node.hpp"

#include <muster/core/wire/limits.hpp>
#include <muster/core/wire/text.hpp>
#include <utility>

namespace muster::agent {
namespace {

// Of names and values; kMaxFacts of the longest would be twice what a message may hold.
constexpr std::size_t kMaxFactBytes = std::size_t{768} << 10U;

/// The facts that fit a message. What is in them is foreign: values are cut, and what a name is too
/// long for, or too much, is left out. The digest must be of what is told.
Facts fit_facts(const Facts& facts, const log::Logger& log) {
  Facts fit;
  std::size_t bytes = 0;
  for (const auto& [name, value] : facts) {
    if (fit.size() == wire::kMaxFacts) break;
    if (name.size() > wire::kMaxName || !wire::is_utf8(name)) continue;
    auto told = wire::fit_text(value, wire::kMaxSentence);
    bytes += name.size() + told.size();
    if (bytes > kMaxFactBytes) break;
    fit.emplace(name, std::move(told));
  }
  if (fit.size() < facts.size()) {
    log.warn("this node has more facts, or longer names of them, than it may tell, ignoring",
             {{"left_out", facts.size() - fit.size()}});
  }
  return fit;
}

}  // namespace

Node::Node(NodeDescription description, Executor& executor, EventOutbox& events,
           const Inventory& inventory, Uplink& uplink, ControllerTime& time, const Clock& clock,
           log::Logger log)
    : description_(std::move(description)),
      executor_(executor),
      events_(events),
      inventory_(inventory),
      uplink_(uplink),
      time_(time),
      clock_(clock),
      log_(std::move(log)) {
  told_.facts = fit_facts(description_.facts, log_);
  facts_digest_ = digest_of(told_);
}

void Node::set_own_facts(Facts facts) {
  description_.facts = std::move(facts);
  join_facts();
}

void Node::set_plugin_facts(AgedFacts facts) {
  plugin_facts_ = std::move(facts);
  join_facts();
}

void Node::join_facts() {
  auto all = description_.facts;
  all.insert(plugin_facts_.facts.begin(), plugin_facts_.facts.end());  // what is there stays
  told_ = {fit_facts(all, log_), plugin_facts_.read};
  std::erase_if(told_.read, [this](const auto& aged) {
    return !told_.facts.contains(aged.first) || description_.facts.contains(aged.first);
  });
  const auto digest = digest_of(told_);
  if (digest == facts_digest_) return;
  facts_digest_ = digest;
  tell_facts();
}

void Node::tell_facts() {
  wire::Facts message{facts_digest_, told_.facts};
  for (const auto& [name, read] : told_.read) {
    message.ages[name] =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.mono_now() - read);
  }
  facts_untold_ = !uplink_.say(message);
}

void Node::began(const wire::Welcome& welcome) {
  if (welcome.want_facts || facts_untold_) tell_facts();
  for (const auto& digest : welcome.wanted_manifests) send_manifest(digest);
  if (plugins_untold_) plugins_changed();
  executor_.session_began(welcome);
  events_.flush();
}

void Node::has_room() {
  // Few and small beside what tasks print, which would leave them no room again.
  events_.flush();
  executor_.has_room();
}

void Node::plugins_changed() {
  // Between HELLO and WELCOME there is no session to say it in, and HELLO has told the old state.
  plugins_untold_ = !uplink_.say(wire::Plugins{inventory_.plugins()});
}

void Node::send_manifest(const wire::Digest& digest) {
  const Bytes* json = inventory_.manifest(digest);
  if (json == nullptr) {
    log_.warn("the controller asked for a manifest that is not loaded here, ignoring",
              {{"digest", to_hex(digest)}});
    return;
  }
  uplink_.say(wire::Manifest{digest, *json});
}

wire::Hello Node::hello() const {
  return {description_.node,          description_.machine_id, description_.boot_id,
          description_.agent_version, description_.name,       facts_digest_,
          inventory_.plugins()};
}

wire::Heartbeat Node::heartbeat() const {
  return {static_cast<std::uint32_t>(executor_.running()),
          static_cast<std::uint32_t>(executor_.queued())};
}

}  // namespace muster::agent
