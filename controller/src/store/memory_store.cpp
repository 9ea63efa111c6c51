#include "store/memory_store.hpp"

#include <algorithm>
#include <set>

#include "store/token_rules.hpp"

namespace muster::controller {
namespace {

tl::unexpected<Error> no(const char* what) {
  return fail(ErrorCode::NotFound, std::string("there is no such ") + what);
}

std::uint64_t size_of(const EventRecord& event) {
  return event.type.size() + event.subject.size() + event.data.size();
}

}  // namespace

MemoryStore::MemoryStore(run::EventLoop& loop, EventLimits event_limits)
    : loop_(loop), meta_{1, 1, FleetId::random()}, event_limits_(event_limits) {}

void MemoryStore::hold_writes(bool hold) {
  hold_ = hold;
  if (hold) return;
  for (auto& write : std::exchange(held_writes_, {})) loop_.post(std::move(write));
}

NodeRecord* MemoryStore::living(NodeId id) {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const NodeRecord& node) {
    return node.id == id && node.retired == 0;
  });
  return found == nodes_.end() ? nullptr : &*found;
}

Result<NodeRecord> MemoryStore::enroll(const Digest& secret, NodeRecord node) {
  const auto token =
      std::find_if(enrollment_tokens_.begin(), enrollment_tokens_.end(),
                   [&](const auto& candidate) { return candidate.secret == secret; });
  if (token == enrollment_tokens_.end()) return unknown_token();
  const auto before = std::find_if(nodes_.begin(), nodes_.end(), [&](const NodeRecord& other) {
    return other.retired == 0 && other.name == node.name &&
           other.transport_key == node.transport_key && other.session_key == node.session_key;
  });
  if (before != nodes_.end() && token->revoked == 0) return *before;
  if (auto usable = check_usable(*token, node.enrolled); !usable)
    return tl::unexpected(usable.error());
  for (const auto& other : nodes_) {
    if (other.retired == 0 && other.name == node.name) {
      return fail(ErrorCode::Conflict, "a node named " + node.name + " is in the fleet already",
                  "/name");
    }
    if (other.id == node.id || other.transport_key == node.transport_key ||
        other.session_key == node.session_key) {
      return fail(ErrorCode::Conflict, "a node with this id or these keys has joined before");
    }
  }
  --token->uses_left;
  node.labels = token->labels;
  nodes_.push_back(node);
  return node;
}

void MemoryStore::enroll_node(const Digest& secret, NodeRecord node, Done<NodeRecord> done) {
  write<NodeRecord>([this, secret, node = std::move(node)] { return enroll(secret, node); },
                    std::move(done));
}

void MemoryStore::update_node(NodeId id, NodeReport report, Done<void> done) {
  write<void>(
      [this, id, report = std::move(report)]() -> Status {
        auto* node = living(id);
        if (node == nullptr) return no("node");
        node->last_seen = report.last_seen;
        node->agent_version = report.agent_version;
        node->facts_digest = report.facts_digest;
        node->facts = report.facts;
        node->facts_older = report.facts_older;
        node->plugins = report.plugins;
        return {};
      },
      std::move(done));
}

void MemoryStore::set_labels(NodeId id, Labels labels, Done<void> done) {
  write<void>(
      [this, id, labels = std::move(labels)]() -> Status {
        auto* node = living(id);
        if (node == nullptr) return no("node");
        node->labels = labels;
        return {};
      },
      std::move(done));
}

void MemoryStore::set_drain(NodeId id, std::optional<Drain> drain, Done<void> done) {
  write<void>(
      [this, id, drain = std::move(drain)]() -> Status {
        auto* node = living(id);
        if (node == nullptr) return no("node");
        node->drain = drain;
        return {};
      },
      std::move(done));
}

void MemoryStore::retire_node(NodeId id, UnixMs when, Done<void> done) {
  write<void>(
      [this, id, when]() -> Status {
        auto* node = living(id);
        if (node == nullptr) return no("node");
        node->retired = when;
        return {};
      },
      std::move(done));
}

Result<std::vector<NodeRecord>> MemoryStore::nodes() {
  std::vector<NodeRecord> living_nodes;
  for (const auto& node : nodes_) {
    if (node.retired == 0) living_nodes.push_back(node);
  }
  std::sort(living_nodes.begin(), living_nodes.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return living_nodes;
}

void MemoryStore::put_group(GroupRecord group, Done<void> done) {
  write<void>(
      [this, group = std::move(group)]() -> Status {
        groups_[group.name] = group;
        return {};
      },
      std::move(done));
}

void MemoryStore::remove_group(std::string name, Done<void> done) {
  write<void>(
      [this, name = std::move(name)]() -> Status {
        if (groups_.erase(name) == 0) return no("group");
        return {};
      },
      std::move(done));
}

Result<std::vector<GroupRecord>> MemoryStore::groups() {
  std::vector<GroupRecord> all;
  for (const auto& [name, group] : groups_) all.push_back(group);
  return all;
}

void MemoryStore::add_enrollment_token(EnrollmentToken token, Done<void> done) {
  write<void>(
      [this, token = std::move(token)]() -> Status {
        enrollment_tokens_.push_back(token);
        return {};
      },
      std::move(done));
}

void MemoryStore::revoke_enrollment_token(EnrollmentTokenId id, UnixMs when, Done<void> done) {
  write<void>(
      [this, id, when]() -> Status {
        for (auto& token : enrollment_tokens_) {
          if (token.id != id || token.revoked != 0) continue;
          token.revoked = when;
          return {};
        }
        return no("enrolment token");
      },
      std::move(done));
}

Result<std::vector<EnrollmentToken>> MemoryStore::enrollment_tokens(UnixMs now) {
  std::vector<EnrollmentToken> usable;
  for (auto token = enrollment_tokens_.rbegin(); token != enrollment_tokens_.rend(); ++token) {
    if (check_usable(*token, now)) usable.push_back(*token);
  }
  std::stable_sort(usable.begin(), usable.end(), [](const auto& left, const auto& right) {
    return left.created > right.created;
  });
  return usable;
}

void MemoryStore::add_api_token(ApiToken token, Done<void> done) {
  write<void>(
      [this, token = std::move(token)]() -> Status {
        for (const auto& other : api_tokens_) {
          if (other.revoked == 0 && other.name == token.name) {
            return fail(ErrorCode::Conflict, "a token named " + token.name + " is in force already",
                        "/name");
          }
        }
        api_tokens_.push_back(token);
        return {};
      },
      std::move(done));
}

void MemoryStore::revoke_api_token(ApiTokenId id, UnixMs when, Done<void> done) {
  write<void>(
      [this, id, when]() -> Status {
        for (auto& token : api_tokens_) {
          if (token.id != id || token.revoked != 0) continue;
          token.revoked = when;
          return {};
        }
        return no("token");
      },
      std::move(done));
}

Result<std::vector<ApiToken>> MemoryStore::api_tokens() {
  std::vector<ApiToken> in_force;
  for (const auto& token : api_tokens_) {
    if (token.revoked == 0) in_force.push_back(token);
  }
  std::sort(in_force.begin(), in_force.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return in_force;
}

void MemoryStore::put_manifest(const Digest& digest, std::string json, Done<void> done) {
  write<void>(
      [this, digest, json = std::move(json)]() -> Status {
        manifests_.emplace(digest, json);
        return {};
      },
      std::move(done));
}

Result<std::string> MemoryStore::manifest(const Digest& digest) {
  ++manifests_read_;
  const auto found = manifests_.find(digest);
  if (found == manifests_.end()) return no("manifest");
  return found->second;
}

void MemoryStore::remove_manifests(std::vector<Digest> digests, Done<void> done) {
  write<void>(
      [this, digests = std::move(digests)]() -> Status {
        for (const auto& digest : digests) manifests_.erase(digest);
        return {};
      },
      std::move(done));
}

void MemoryStore::remove_other_manifests(std::vector<Digest> digests, Done<void> done) {
  write<void>(
      [this, named = std::set(digests.begin(), digests.end())]() -> Status {
        std::erase_if(manifests_, [&](const auto& entry) { return !named.contains(entry.first); });
        return {};
      },
      std::move(done));
}

void MemoryStore::append_event(EventRecord event, Done<std::uint64_t> done) {
  write<std::uint64_t>(
      [this, event = std::move(event)]() -> Result<std::uint64_t> { return append(event); },
      std::move(done));
}

std::uint64_t MemoryStore::append(EventRecord event) {
  event.id = ++last_event_;
  event_bytes_ += size_of(event);
  events_.push_back(std::move(event));
  while (events_.size() > 1 &&
         (events_.size() > event_limits_.count || event_bytes_ > event_limits_.bytes)) {
    forget_oldest_event();
  }
  return last_event_;
}

void MemoryStore::forget_oldest_event() {
  event_bytes_ -= size_of(events_.front());
  events_.pop_front();
}

Result<std::vector<EventRecord>> MemoryStore::events_after(std::uint64_t after, std::size_t limit) {
  std::vector<EventRecord> page;
  for (const auto& event : events_) {
    if (event.id > after && page.size() < limit) page.push_back(event);
  }
  return page;
}

}  // namespace muster::controller
