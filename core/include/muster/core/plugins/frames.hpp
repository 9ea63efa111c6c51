/// The frames between the agent and a plugin host, as values; core/docs/host-frames.md is the
/// contract.
///
/// Used by both ends. Plain values and pure functions, [any]. Bytes of OUTPUT are views: into the
/// reader's buffer when decoded, into the sender's bytes when encoded.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/wire/limits.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace muster::plugins {

inline constexpr std::size_t kMaxFrame = std::size_t{2} << 20U;
inline constexpr std::size_t kMaxArguments = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxResult = wire::kMaxTaskResult;  // it goes on in RESULT
inline constexpr std::size_t kMaxChunk = std::size_t{64} << 10U;
inline constexpr std::size_t kMaxCollectPart = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxCollected = std::size_t{16} << 20U;
inline constexpr std::size_t kMaxLogFields = std::size_t{16} << 10U;
inline constexpr std::size_t kMaxEventName = 256;  // type, subject and id
inline constexpr std::size_t kMaxEventData = std::size_t{64} << 10U;
inline constexpr std::size_t kMaxKvKey = 256;
inline constexpr std::size_t kMaxKvValue = std::size_t{64} << 10U;
inline constexpr std::size_t kMaxKvEntries = 1024;                  // of one answer
inline constexpr std::size_t kMaxKvPage = std::size_t{512} << 10U;  // the same; one entry more

using CallNumber = std::uint64_t;

// --- agent to host
struct Start {
  std::string plugin_id;
  std::string instance;
  Bytes config;  ///< a msgpack map
  std::vector<std::string> services;
  std::vector<std::string> metrics;  ///< of the manifest: "counter git_restarts_total state"
  std::vector<std::string> events;   ///< of the manifest: the types that the plugin may emit
};
struct Call {
  CallNumber call = 0;
  std::string operation;
  std::string instance;
  Bytes arguments;
  std::uint32_t flags = 0;
  std::chrono::milliseconds remaining{0};  ///< 0: no deadline
  std::string idempotency_key;
  std::string traceparent;
  std::uint64_t credit = 0;
};
struct Credit {
  CallNumber call = 0;
  std::uint64_t bytes = 0;
};
struct Cancel {
  CallNumber call = 0;
  std::uint8_t reason = 0;
};
struct Collect {
  std::uint32_t request = 0;
  std::chrono::milliseconds remaining{0};
};
struct Health {
  std::uint32_t request = 0;
};
struct Quiesce {
  std::chrono::milliseconds remaining{0};
};
struct Stop {};
struct Ping {
  std::uint64_t number = 0;
};
struct KvEntry {
  std::string key;
  Bytes value;
  std::uint64_t revision = 0;
};
struct KvAnswer {
  std::uint32_t request = 0;
  std::vector<KvEntry> entries;
  bool more = false;
  std::uint64_t revision = 0;
  std::optional<Error> error;
};

// --- host to agent
struct Ready {
  std::uint16_t abi_minor = 0;
  std::uint32_t flags = 0;
};
struct StartFailed {
  std::string step;
  Error error;
};
struct Refused {
  CallNumber call = 0;
  Error error;
};
struct Progress {
  CallNumber call = 0;
  std::uint16_t done = 0;  ///< in 1/10,000
  std::string note;
};
struct Output {
  CallNumber call = 0;
  std::uint8_t stream = 0;
  BytesView bytes;
};
enum class Outcome : std::uint8_t { Ok = 1, Changed = 2, Failed = 3, Indeterminate = 4 };
[[nodiscard]] constexpr bool is_known(Outcome outcome) {
  return outcome >= Outcome::Ok && outcome <= Outcome::Indeterminate;
}
struct Finish {
  CallNumber call = 0;
  Outcome outcome = Outcome::Failed;
  Bytes result;
  std::optional<Error> error;
};
struct Log {
  std::uint8_t level = 0;
  CallNumber call = 0;
  std::string message;
  Bytes fields;
};
struct Event {
  std::string type;
  std::string subject;
  std::string id;
  std::int64_t time_ms = 0;
  Bytes data;
};
struct Collected {
  std::uint32_t request = 0;
  Bytes text;
  bool last = false;
  std::optional<Error> error;
};
struct HealthReport {
  std::uint32_t request = 0;
  std::uint32_t state = 0;
  std::int64_t since_ms = 0;
  std::string reason;
  std::optional<Error> error;
};
struct Pong {
  std::uint64_t number = 0;
  std::chrono::milliseconds strand_busy{0};
  std::map<std::string, std::uint64_t> counters;
};
struct Quiesced {
  std::optional<Error> error;
};

enum class KvAction : std::uint8_t { Get = 1, List = 2, Set = 3, CompareAndSet = 4, Remove = 5 };
[[nodiscard]] constexpr bool is_known(KvAction action) {
  return action >= KvAction::Get && action <= KvAction::Remove;
}
struct Kv {
  std::uint32_t request = 0;
  KvAction action = KvAction::Get;
  std::string key;    ///< of list: the prefix
  std::string after;  ///< of list: the last key that is known already
  Bytes value;
  std::chrono::milliseconds ttl{0};  ///< 0: for ever
  std::uint64_t expected = 0;
};

using ToHost =
    std::variant<Start, Call, Credit, Cancel, Collect, Health, Quiesce, Stop, Ping, KvAnswer>;
using ToAgent = std::variant<Ready, StartFailed, Refused, Progress, Output, Finish, Log, Event,
                             Collected, HealthReport, Pong, Quiesced, Kv>;

/// The frame with its length before it.
[[nodiscard]] Bytes encode(const ToHost& frame);
[[nodiscard]] Bytes encode(const ToAgent& frame);

/// `frame` is what wire::FrameReader gave. Errors: Corrupt for another shape or the other side's
/// type, ResourceExhausted for a limit passed.
[[nodiscard]] Result<ToHost> decode_to_host(BytesView frame);
[[nodiscard]] Result<ToAgent> decode_to_agent(BytesView frame);

}  // namespace muster::plugins
