/// The bodies of core/docs/wire.md section 4 as plain structs, and their bytes.
///
/// Times named *_ms are milliseconds since 1970 by the controller's clock unless said otherwise.
/// decode() checks every limit of the document and is safe for any input. encode_checked() gives
/// nothing that the other side's decode() would refuse, because that ends the session; whoever
/// fills a message keeps its limits, so a refusal is a fault of ours to be logged. Sentences, which
/// may quote anything, are cut and made UTF-8 when they are written. Plain values, every function
/// is [any].
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/ids.hpp>
#include <muster/core/wire/message_type.hpp>
#include <muster/core/wire/task_spec.hpp>
#include <muster/core/wire/task_state.hpp>
#include <optional>
#include <string>
#include <vector>

namespace muster::wire {

using Digest = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;
using std::chrono::milliseconds;

struct PluginInfo {
  std::string id;
  std::string version;
  Digest manifest{};
  std::string state;              ///< as `muster plugin ls` shows it: ready, quarantined ...
  std::uint8_t plugin_class = 0;  ///< 0 confined, 1 privileged
  std::string reason;             ///< why it is in no better state, or ""
};

struct Hello {
  static constexpr auto kType = MessageType::Hello;
  NodeId node;
  std::string machine_id;
  std::string boot_id;
  std::string agent_version;
  std::string name;
  Digest facts{};
  std::vector<PluginInfo> plugins;
};

struct Welcome {
  static constexpr auto kType = MessageType::Welcome;
  std::uint64_t session = 0;
  milliseconds heartbeat{0};
  milliseconds reconnect_window{0};
  std::uint64_t window_bytes = 0;
  std::uint64_t window_messages = 0;
  std::int64_t controller_time_ms = 0;
  std::uint64_t epoch = 0;
  bool want_facts = false;
  std::vector<Digest> wanted_manifests;
  Signature proof{};  ///< by the controller's signing key, over this agreement
};

struct Refused {
  static constexpr auto kType = MessageType::Refused;
  std::int32_t code = 0;  ///< an ErrorCode
  std::string sentence;
  milliseconds retry_after{0};  ///< 0: do not come back by yourself
};

struct Retry {
  static constexpr auto kType = MessageType::Retry;
  std::uint32_t after_ms = 0;
};

struct GoAway {
  static constexpr auto kType = MessageType::GoAway;
  std::string sentence;
  milliseconds come_back_after{0};
};

struct Heartbeat {
  static constexpr auto kType = MessageType::Heartbeat;
  std::uint32_t running = 0;
  std::uint32_t queued = 0;
};

struct HeartbeatAck {
  static constexpr auto kType = MessageType::HeartbeatAck;
  std::int64_t controller_time_ms = 0;
};

struct Leaving {
  static constexpr auto kType = MessageType::Leaving;
  std::vector<TaskId> tasks;  ///< all that the node has and that are not settled
};

struct Task {
  static constexpr auto kType = MessageType::Task;
  Bytes spec;                          ///< see TaskSpec
  std::optional<Signature> signature;  ///< none for an operation of risk `read`
};

struct Accept {
  static constexpr auto kType = MessageType::Accept;
  TaskId task;
};

struct Refuse {
  static constexpr auto kType = MessageType::Refuse;
  TaskId task;
  Error error;
};

struct Start {
  static constexpr auto kType = MessageType::Start;
  TaskId task;
  std::int64_t started_ms = 0;
};

enum class Stream : std::uint8_t { Records = 0, Stdout = 1, Stderr = 2 };

struct Out {
  static constexpr auto kType = MessageType::Out;
  TaskId task;
  Stream stream = Stream::Stdout;
  std::uint64_t offset = 0;
  Bytes bytes;
};

struct OutAck {
  static constexpr auto kType = MessageType::OutAck;
  TaskId task;
  Stream stream = Stream::Stdout;
  std::uint64_t offset = 0;  ///< everything before it is kept
  bool rewind = false;       ///< send again from `offset`
};

struct Progress {
  static constexpr auto kType = MessageType::Progress;
  TaskId task;
  std::uint16_t done = 0;  ///< in 1/10,000
  std::string note;
};

struct OutputSummary {
  Stream stream = Stream::Stdout;
  std::uint64_t size = 0;  ///< all that was printed
  std::uint64_t kept = 0;  ///< what was sent
  Digest digest{};         ///< of what was kept
};

struct TaskResult {
  static constexpr auto kType = MessageType::Result;
  TaskId task;
  std::uint32_t attempt = 1;
  TaskState state = TaskState::Indeterminate;  ///< final; decode() refuses another
  Bytes result;                                ///< a msgpack map, or empty
  std::optional<Error> error;
  std::int64_t started_ms = 0;  ///< 0: it never started
  std::int64_t ended_ms = 0;
  std::vector<OutputSummary> outputs;
};

struct ResultAck {
  static constexpr auto kType = MessageType::ResultAck;
  std::vector<TaskId> tasks;
};

enum class CancelReason : std::uint8_t { Requested = 1, Deadline = 2 };

struct Cancel {
  static constexpr auto kType = MessageType::Cancel;
  TaskId task;
  CancelReason reason = CancelReason::Requested;
};

struct Query {
  static constexpr auto kType = MessageType::Query;
  std::vector<TaskId> tasks;
};

struct TaskStatus {
  TaskId task;
  TaskState state = TaskState::Unknown;
};

/// The STATUS message.
struct StatusReport {
  static constexpr auto kType = MessageType::Status;
  std::vector<TaskStatus> tasks;
};

struct Plugins {
  static constexpr auto kType = MessageType::Plugins;
  std::vector<PluginInfo> plugins;
};

struct ManifestGet {
  static constexpr auto kType = MessageType::ManifestGet;
  Digest digest{};
};

struct Manifest {
  static constexpr auto kType = MessageType::Manifest;
  Digest digest{};
  Bytes json;
};

struct Facts {
  static constexpr auto kType = MessageType::Facts;
  Digest digest{};
  std::map<std::string, std::string> facts;
  /// Of those for which the node does not vouch any more: how old they are.
  std::map<std::string, std::chrono::milliseconds> ages = {};
};

struct Event {
  static constexpr auto kType = MessageType::Event;
  std::string type;
  std::string subject;
  std::int64_t time_ms = 0;  ///< by the node's clock
  Bytes data;                ///< a msgpack map, or empty
  std::string source;        ///< the plugin, "plugin@instance" when the instance has its own name
  std::string id;            ///< equal for the same happening
};

/// The body's bytes, not yet sealed, whatever limits they pass.
template <class Message>
[[nodiscard]] Bytes encode(const Message& message);

/// The body's bytes for the other side. Errors: ResourceExhausted when it would not take them.
template <class Message>
[[nodiscard]] Result<Bytes> encode_checked(const Message& message);

/// Errors: Corrupt for another shape, ResourceExhausted for a limit passed.
template <class Message>
[[nodiscard]] Result<Message> decode(BytesView body);

}  // namespace muster::wire
