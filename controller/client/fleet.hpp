/// The controller itself, and how the fleet is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/api_client.hpp"

namespace muster::client {

struct NodesByPresence {
  std::uint64_t total = 0;
  std::uint64_t online = 0;
  std::uint64_t suspect = 0;
  std::uint64_t offline = 0;
  std::uint64_t drained = 0;  ///< whatever their presence
};

/// A node whose identity another machine has, too.
struct ClonedNode {
  std::string node;        ///< its name
  std::string machine_id;  ///< the other machine's
  std::string refused;     ///< when
};

struct Clones {
  std::uint64_t count = 0;
  std::vector<ClonedNode> nodes;  ///< the first 100 by name
};

struct Gateway {
  std::string address;
  bool connected = false;
};

struct KeptEvents {
  std::uint64_t count = 0;
  std::string oldest;  ///< when it happened; empty: there is none
};

/// What is kept of jobs, open ones too, and of events; and at most.
struct Retention {
  std::uint64_t jobs = 0;
  std::uint64_t bytes = 0;   ///< about
  std::string oldest_ended;  ///< empty: none has ended
  KeptEvents events;
  std::uint64_t max_seconds = 0;  ///< after their end
  std::uint64_t max_bytes = 0;
  bool doubts_clock = false;  ///< no job goes for its age
};

/// Whose latest attempt failed, that is gone or that has dead letters.
struct FailingWebhook {
  std::string name;
  std::string state;  ///< ok, failing or gone
  std::uint64_t dead_letters = 0;
};

struct WebhooksInShort {
  std::uint64_t total = 0;
  std::vector<FailingWebhook> failing;  ///< by name
};

struct FleetStatus {
  std::string version;  ///< the controller's
  std::string fleet;    ///< its id
  std::string started;
  NodesByPresence nodes;
  std::uint64_t running_jobs = 0;
  Retention retention;
  Clones clones;
  std::vector<Gateway> gateways;
  WebhooksInShort webhooks;  ///< none for who may not read them
  Json told;
};

[[nodiscard]] Result<FleetStatus> get_status(ApiClient& api);

/// What was found when one thing was looked at.
struct Finding {
  std::string name;
  std::string verdict;  ///< ok, warning, failed or unknown
  std::string says;     ///< in one sentence
  std::string advice;   ///< what to do about it; may be empty
};

struct Diagnosis {
  std::string version;  ///< the controller's
  std::string time;     ///< the controller's own
  std::vector<Finding> checks;
};

/// What the controller finds wrong with itself and its fleet.
[[nodiscard]] Result<Diagnosis> get_diagnosis(ApiClient& api);

/// The certificate (PEM) of the fleet's CA. From an ApiClient::to_anybody() nobody vouches for it,
/// so it must be compared with what was told otherwise.
[[nodiscard]] Result<std::string> get_ca(ApiClient& api);

}  // namespace muster::client
