/// What the controller remembers, as plain values. Times are milliseconds since 1970, 0 is "not
/// yet".
///
/// Owned by whoever holds them; they cross threads by being copied or moved.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/ids.hpp>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/wire/messages.hpp>
#include <optional>
#include <string>
#include <vector>

namespace muster::controller {

using crypto::Digest;
using UnixMs = std::int64_t;
using Labels = std::map<std::string, std::string>;
using PublicKey = std::array<std::uint8_t, 32>;
using wire::TaskState;

using EnrollmentTokenId = Id<struct EnrollmentTokenTag>;
using ApiTokenId = Id<struct ApiTokenTag>;
using FleetId = Id<struct FleetTag>;

/// A node that an operator took out of service: it gets no new tasks unless a job asks for drained
/// nodes too.
struct Drain {
  UnixMs since = 0;
  std::string by;
  std::string reason;
};

struct NodeRecord {
  NodeId id;
  std::string name;  ///< unique among nodes that are not retired
  std::string machine_id;
  PublicKey transport_key{};
  PublicKey session_key{};
  Labels labels;
  UnixMs enrolled = 0;
  UnixMs last_seen = 0;
  UnixMs retired = 0;
  std::optional<Drain> drain;
  std::string agent_version;
  Digest facts_digest{};
  std::map<std::string, std::string> facts;
  std::map<std::string, UnixMs> facts_older;  ///< when it read those that are older than the others
  std::vector<wire::PluginInfo> plugins;
};

/// A selector with a name.
struct GroupRecord {
  std::string name;
  std::string selector;  ///< in its canonical spelling
  std::string doc;       ///< one line
  UnixMs updated = 0;
  std::string updated_by;
};

/// What a node tells of itself and may change with every session.
struct NodeReport {
  UnixMs last_seen = 0;
  std::string agent_version;
  Digest facts_digest{};
  std::map<std::string, std::string> facts;
  std::map<std::string, UnixMs> facts_older;
  std::vector<wire::PluginInfo> plugins;
};

struct EnrollmentToken {
  EnrollmentTokenId id;
  Digest secret{};  ///< SHA-256 of the secret; the secret itself is nowhere
  UnixMs created = 0;
  UnixMs expires = 0;
  std::uint32_t uses = 1;
  std::uint32_t uses_left = 1;
  Labels labels;  ///< given to every node that joins with it
  std::string created_by;
  UnixMs revoked = 0;
};

struct ApiToken {
  ApiTokenId id;
  Digest secret{};  ///< SHA-256 of the bearer text
  std::string name;
  std::string role;  ///< see access/access.hpp
  UnixMs created = 0;
  UnixMs revoked = 0;
};

/// What happens to the tasks of nodes that are not online when the job is made.
enum class OfflinePolicy : std::uint8_t {
  Skip,   ///< they end as skipped
  Fail,   ///< they end as unreachable
  Queue,  ///< they wait until the job's not_after
};

struct JobRecord {
  JobId id;
  std::string operation;  ///< "plugin.operation"
  std::string instance;
  std::string selector;   ///< in its canonical spelling
  std::string arguments;  ///< JSON text of an object, as it was asked for; secrets by their mark
  bool secrets = false;   ///< some are secret: their values are not in `arguments`, nor anywhere
  std::int64_t timeout_ms = 0;
  UnixMs not_after = 0;  ///< the latest start
  OfflinePolicy offline = OfflinePolicy::Skip;
  bool drained = false;  ///< also on nodes that were taken out of service
  bool unknown = false;  ///< also on nodes about which the selector could not decide
  bool check = false;
  std::string limit;           ///< "5%" or "20" of the nodes that match, or empty for all
  std::string seed;            ///< which of them
  std::size_t at_once = 0;     ///< tasks that may be under way together; 0: all
  std::size_t max_failed = 0;  ///< no further task is sent when so many have failed; 0: all are
  std::size_t targets = 0;     ///< its tasks, counted when they were frozen
  std::uint64_t output_cap = 0;
  std::string requested_by;
  std::string idempotency_key;  ///< empty: none. Unique for each `requested_by`
  Digest request_digest{};      ///< of the request that the key stands for
  bool cancel_requested = false;
  bool stopped = false;  ///< it failed too often, and there are nodes that did not get it
  UnixMs created = 0;
  UnixMs ended = 0;
};

/// One stream of a finished task. The body is found by its digest.
struct OutputRecord {
  wire::Stream stream = wire::Stream::Stdout;
  std::uint64_t size = 0;  ///< all that was printed
  std::uint64_t kept = 0;  ///< what is stored
  Digest digest{};         ///< of what is stored
};

struct TaskRecord {
  TaskId id;
  NodeId node;
  std::string node_name;  ///< as it was when the job was made
  TaskState state = TaskState::Queued;
  std::uint32_t attempt = 1;
  Bytes result;  ///< a msgpack map, or empty
  std::optional<Error> error;
  UnixMs started = 0;
  UnixMs ended = 0;
  std::vector<OutputRecord> outputs;
};

struct JobWithTasks {
  JobRecord job;
  std::vector<TaskRecord> tasks;  ///< sorted by node name
};

/// How many tasks of a job are in each state; their sum is the number of targets, always.
class TaskCounts {
 public:
  static constexpr int kStates = 20;
  void add(TaskState state) { ++counts_.at(static_cast<std::size_t>(state)); }
  void remove(TaskState state) { --counts_.at(static_cast<std::size_t>(state)); }
  void set(TaskState state, std::int64_t n) { counts_.at(static_cast<std::size_t>(state)) = n; }
  [[nodiscard]] std::int64_t of(TaskState state) const {
    return counts_.at(static_cast<std::size_t>(state));
  }
  [[nodiscard]] std::int64_t total() const;
  [[nodiscard]] std::int64_t open() const;  ///< not final
  friend bool operator==(const TaskCounts&, const TaskCounts&) = default;

 private:
  std::array<std::int64_t, kStates> counts_{};
};

struct JobSummary {
  JobRecord job;
  TaskCounts counts;
};

struct EventRecord {
  std::uint64_t id = 0;  ///< given by the store, rising
  UnixMs time = 0;
  std::string type;     ///< "node.clone"
  std::string subject;  ///< "node/web1"
  std::string data;     ///< JSON text of an object
};

/// Facts about the store itself, fixed while it is open.
struct StoreMeta {
  std::uint32_t schema_version = 0;
  std::uint64_t epoch = 0;  ///< higher at each start; nodes refuse tasks of a lower one
  FleetId fleet;
};

}  // namespace muster::controller
