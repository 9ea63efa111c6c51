/// The closed set of messages between agent and controller, and who may send each.
///
/// The numbers are the wire's and never change; the contract is core/docs/wire.md section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::wire {

enum class MessageType : std::uint8_t {
  Hello = 1,
  Welcome = 2,
  Refused = 3,
  Retry = 4,
  GoAway = 5,
  Heartbeat = 10,
  HeartbeatAck = 11,
  Leaving = 12,
  Task = 20,
  Accept = 21,
  Refuse = 22,
  Start = 23,
  Out = 24,
  OutAck = 25,
  Progress = 26,
  Result = 27,
  ResultAck = 28,
  Cancel = 29,
  Query = 30,
  Status = 31,
  Plugins = 40,
  ManifestGet = 41,
  Manifest = 42,
  Facts = 43,
  Event = 50,
};

enum class Side : std::uint8_t { Agent, Controller };

/// Nothing for a number outside the set.
[[nodiscard]] std::optional<MessageType> message_type_from(std::uint64_t number);

/// The type's name as in the document, for logs: "HELLO".
[[nodiscard]] std::string_view to_string(MessageType type);

/// The side that sends it (a gateway's RETRY counts as the controller's).
[[nodiscard]] Side sender_of(MessageType type);

/// True for the four whose session, seq and ack are 0: HELLO, WELCOME, REFUSED, RETRY.
[[nodiscard]] bool is_outside_session(MessageType type);

}  // namespace muster::wire
